"""Write the man page anew: `python -m lyricscli.manual`, in a checkout."""

from lyricscli.manual.page import FILE, manual

if __name__ == "__main__":
    FILE.write_text(manual(), encoding="utf-8", newline="\n")
