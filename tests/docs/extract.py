"""Writes the code of a document to files: python3 extract.py DOCUMENT FOLDER

A block belongs to the file that the line before it names, as `path/of/file`: on a line of its own; blocks of one file follow one another, with
an empty line between them.
"""
import pathlib
import re
import sys


def files_of(text):
    files = {}
    for path, code in re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        files.setdefault(path, []).append(code)
    return {path: "\n".join(blocks) for path, blocks in files.items()}


document, folder = map(pathlib.Path, sys.argv[1:])
text = document.read_text(encoding="utf-8")
files = files_of(text)
blocks = text.count("\n```") // 2
if blocks != len(re.findall(r"^`[\w./-]+`:\n\n```\w+$", text, re.MULTILINE)):
    raise SystemExit(f"{document}: a block of code has no line before it that names its file")
for path, code in files.items():
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(code, encoding="utf-8")
