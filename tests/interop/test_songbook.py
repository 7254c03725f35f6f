"""The page of `export --format html` in a real browser: what it shows, prints and never does."""

import http.server
import re
import shutil
import subprocess
import threading
from html import escape

import pytest

from lyricscli.song.exports.sheet import Book, Format, Sheet, render

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
OURS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "ol", "li", "a", "main", "article"),
    *("section", "h1", "h2", "h3", "div", "p", "span", "b", "footer"),
}
pytestmark = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed: apt-get install chromium")


def sheet(title, text, **metadata):
    return Sheet(title, text, "own", "t1", 1, "", "2026-11-22T05:00:00Z", metadata)


@pytest.fixture
def browse(tmp_path):
    """Run the browser once on a page; return what it printed."""

    def running(page, *flags):
        (tmp_path / "page.html").write_text(page)
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        address = (tmp_path / "page.html").as_uri()
        done = subprocess.run(
            [BROWSER, *QUIET, profile, *flags, address], capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    return running


@pytest.fixture
def visited():
    """Serve what a page must not reach: give the address, and the paths that were asked for."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_hostile_title_and_text_stay_text_and_nothing_is_fetched(browse, visited):
    """The document as the browser built it has no element of theirs, and no request left the page."""
    address, paths = visited
    attack = f"<img src={address}/a onerror=\"document.title='pwned'\"><script src={address}/b></script>"
    styled = f"</style><style>@import url({address}/c)</style><link rel=stylesheet href={address}/d>"
    text = f'[Verse {attack}]\n{styled}\n[Am" onclick=x]{attack}\n{{title: {attack}}}\n&lt;b&gt;'
    hostile = sheet(f"</title>{attack}", text, style=f"{attack}{styled}", language=f'"{attack}')
    page = render(Book((hostile, hostile), attack, None), Format.HTML).text
    built = browse(page, "--dump-dom")
    tags = set(re.findall(r"<([a-z0-9]+)", built))
    assert tags <= OURS
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", built)
    assert len(re.findall("<style", built)) == 1
    assert "&lt;script" in built
    assert paths == []


def test_no_script_and_no_style_but_its_own_would_run(browse, visited):
    """The policy holds even where something was written into the page: it was not the escaping alone."""
    address, paths = visited
    page = render(sheet("Song", "[Verse]\nhey"), Format.HTML).text
    evil = (
        f"<script>document.title='pwned'</script><img src={address}/x>"
        f"<style>@import url({address}/y); p {{ background: url({address}/z) }}</style>"
    )
    assert "pwned</title>" not in browse(page.replace("</main>", f"{evil}</main>"), "--dump-dom")
    assert paths == []


def test_print_has_a_page_for_the_contents_and_one_for_each_song(browse, tmp_path):
    """A long song is set smaller and in columns, so that it keeps to its page."""
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not installed: apt-get install poppler-utils")
    verse = "\n".join(f"Line {number} of the long and winding ballad" for number in range(8))
    long = sheet("Ballad", "\n\n".join(f"[Verse {number}]\n{verse}" for number in range(1, 8)))
    short = [
        sheet("One", "[Verse]\nhey"),
        sheet("雨の夜", "[サビ]\n夜の街に雨が降る"),
        sheet("ليل", "[لازمة]\nيا ليل"),
    ]

    def pages(book):
        printed = tmp_path / "page.pdf"
        browse(render(book, Format.HTML).text, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
        told = subprocess.run(["pdfinfo", printed], capture_output=True, text=True, check=True).stdout
        return int(re.search(r"Pages:\s+(\d+)", told)[1])

    assert pages(Book((*short, long), "Songs")) == 5
    assert pages(Book((short[0],))) == 1
    assert pages(Book((short[0],), beside=short[2])) == 1


@pytest.mark.parametrize("width", [390, 1200])
def test_screenshots_show_the_song_in_light_and_dark(browse, tmp_path, width):
    """The picture is no blank page, at the width of a phone and of a desk, and dark mode is another one.

    A window has a least width; a frame has not, and tells whether anything reaches over its edge.
    """
    lines = "The rain comes down " * 20 + f"\n{'o' * 200}\n[Am]"
    song = sheet("City Rain " * 9, f"[Verse]\n{lines}", style="slow " * 40)
    page = render(Book((song,), beside=song), Format.HTML).text
    frame = (
        f'<body style="margin:0"><iframe style="width:{width}px;height:700px;border:0" '
        f'srcdoc="{escape(page)}" '
        'onload="document.title=this.contentDocument.documentElement.scrollWidth"></iframe>'
    )
    window = ("--window-size=1300,700", "--hide-scrollbars")
    assert f"<title>{width}</title>" in browse(frame, *window, "--dump-dom")
    pictures = []
    for flags in ((), ("--blink-settings=preferredColorScheme=0",)):
        picture = tmp_path / f"{len(pictures)}.png"
        browse(frame, *window, f"--screenshot={picture}", *flags)
        pictures.append(picture.read_bytes())
        assert len(pictures[-1]) > 10_000
    assert pictures[0] != pictures[1]
