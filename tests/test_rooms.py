"""What a room alone may do."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "lyricscli"
WRITERS = {PACKAGE / "__main__.py", PACKAGE / "terminal" / "streams.py"}
ASKED = {"isatty", "encoding", "fileno"}


def writes(tree):
    """Yield the lines that write to stdout or stderr, or hand one of them to what writes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Call):
            continue
        text = ast.unparse(node)
        if isinstance(node, ast.Attribute) and text.startswith(("sys.stdout.", "sys.stderr.")):
            if node.attr not in ASKED and text.count(".") == 2:
                yield node.lineno
        elif isinstance(node, ast.Call) and (
            text.startswith(("print(", "typer.echo(", "typer.secho("))
            or ("stderr=True" in text.split("Console(")[-1] and text.startswith("Console("))
        ):
            yield node.lineno


def test_stdout_and_stderr_are_written_in_one_place():
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if path not in WRITERS
        for line in writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
