#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a report of `inrush bench`: well-formed, complete, self-contained; and, where there is a browser, that it
shows something on a desk and on a phone, in light and in dark, and is never wider than the screen.

    report.py FILE ROWS PICTURES     exit 1 with a line for each thing that is wrong
"""
import base64
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

import picture

SECTIONS = ["ranking", "charts", "signals", "pictures", "rows", "protocol"]


class Outline(html.parser.HTMLParser):
    """What a browser would make of the tags: all closed, in order."""
    VOID = {"meta", "img", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing at {self.getpos()}")


def check_text(text, rows, pictures):
    outline = Outline()
    outline.feed(text)
    yield from outline.wrong + [f"<{tag}> is never closed" for tag in outline.open]
    root = tree.fromstring(text.replace("<!DOCTYPE html>\n", ""))  # it is XML too
    ids = [e.get("id") for e in root.iter("section")]
    if ids != SECTIONS:
        yield f"the sections are {ids}"
    if "<script" in text or re.search(r"https?:|url\(|@import|<link", text):
        yield "something is referred to that is not in the page"
    for word in ("viewport", "prefers-color-scheme:dark", "color-scheme:light dark"):
        if word not in text:
            yield f"{word} is missing"
    found = [e for e in root.iter("section") if e.get("id") == "rows"][0]
    if len(list(found.iter("tr"))) != rows + 1:
        yield f"{len(list(found.iter('tr'))) - 1} rows instead of {rows}"
    images = [e.get("src") for e in root.iter("img")]
    if len(images) != pictures:
        yield f"{len(images)} pictures instead of {pictures}"
    for source in images:
        head, _, data = source.partition(",")
        if head != "data:image/png;base64" or not base64.b64decode(data, validate=True).startswith(b"\x89PNG"):
            yield f"a picture is {source[:60]}"
    for number in re.findall(r'(?:points|cx|cy|x|y)="([^"]*)"', text):
        if re.search(r"nan|inf", number):
            yield f"a drawing has a point at {number[:60]}"
    facts = " ".join(e.text or "" for e in root.iter("dt"))
    for fact in ("Device", "Driver", "inrush", "Seed", "Training of a row", "Coordinates at"):
        if fact not in facts:
            yield f"the fact {fact} is missing"


def browse(browser, folder, *arguments):
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--allow-file-access-from-files", f"--user-data-dir={folder}/profile", "--virtual-time-budget=3000"]
    return subprocess.run(command + list(arguments), capture_output=True, text=True, timeout=60, cwd=folder).stdout


def check_view(browser, path, folder, width, dark):
    """A frame as wide as a phone's screen: browsers do not make windows that narrow."""
    page, shot = os.path.join(folder, "frame.html"), os.path.join(folder, "shot.png")
    with open(page, "w") as out:
        out.write(f"""<!DOCTYPE html><body style="margin:0"><iframe src="file://{path}" style="width:{width}px;
            height:900px;border:0" onload="document.title = 'wide ' + this.contentDocument.documentElement.scrollWidth +
            ' ' + this.contentWindow.getComputedStyle(this.contentDocument.body).backgroundColor"></iframe>""")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    title = re.search(r"<title>wide (\d+) rgb\((\d+)", browse(browser, folder, "--window-size=1400,900", *scheme,
                                                            "--dump-dom", f"file://{page}"))
    if not title:
        yield f"{width} wide: the browser did not load the page"
        return
    if int(title[1]) > width:
        yield f"{width} wide: the page is {title[1]} wide"
    if (int(title[2]) < 128) != dark:
        yield f"{width} wide: {'dark' if dark else 'light'} was asked for and the page has grey {title[2]}"
    browse(browser, folder, "--window-size=1400,900", *scheme, f"--screenshot={shot}", f"file://{page}")
    if not os.path.exists(shot):
        yield f"{width} wide: the browser made no screenshot"
        return
    rows, step = picture.decode(shot)
    colours = {row[x * step:(x + 1) * step] for row in rows[:900:3] for x in range(0, min(width, 1400), 3)}
    if len(colours) < 30:
        yield f"{width} wide: only {len(colours)} colours are seen"


def main(path, rows, pictures):
    wrong = list(check_text(open(path, encoding="utf-8").read(), int(rows), int(pictures)))
    browser = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
    if browser:
        with tempfile.TemporaryDirectory() as folder:
            for width, dark in ((1280, False), (390, True)):
                wrong += check_view(browser, os.path.abspath(path), folder, width, dark)
    else:
        print("report.py: no browser here, so the page was read but not looked at", file=sys.stderr)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
