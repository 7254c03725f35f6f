"""How results and progress are shown: Rich panels, plain text, raw JSON, and a status line."""
