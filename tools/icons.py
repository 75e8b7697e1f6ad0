"""`python -m tools.icons` draws the icons for home screens from `static/img/favicon.svg`, as PNG files beside it."""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.test import ensure

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
# A system cuts its own shape out of a maskable icon, of which the middle four fifths are safe, and rounds a touch icon.
ICONS = {
    "icon-192": (192, "rx='16'", 64),
    "icon-512": (512, "rx='16'", 64),
    "icon-maskable": (512, "stroke='#0f6a62'", 84),
    "icon-touch": (180, "stroke='#0f6a62'", 72),
}
COLOURS = 32
"""Two and what lies between them: a third of the bytes that every colour would take."""


def main() -> None:
    if ensure("chromium") or ensure("pngquant"):
        sys.exit(1)
    drawing = (IMAGES / "favicon.svg").read_text(encoding="utf-8")
    ground, _, figure = drawing.partition("/>")
    colour = ground.rpartition("fill=")[2].strip('"')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, (size, corners, width) in ICONS.items():
            edge = (64 - width) / 2
            box = f"{edge} {edge} {width} {width}"
            rect = f"<rect x='{edge}' y='{edge}' width='{width}' height='{width}' {corners} fill='{colour}'/>"
            page.set_viewport_size({"width": size, "height": size})
            page.set_content(
                f"<body style='margin:0'><svg xmlns='http://www.w3.org/2000/svg' viewBox='{box}' "
                f"width='{size}' height='{size}' style='display:block'>{rect}{figure}"
            )
            page.screenshot(path=IMAGES / f"{name}.png", omit_background=True)
        browser.close()
    files = [str(IMAGES / f"{name}.png") for name in ICONS]
    subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", str(COLOURS), *files], check=True)


if __name__ == "__main__":
    main()
