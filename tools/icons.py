"""`python -m tools.icons` draws the icons for home screens from `static/img/favicon.svg`, as PNG files beside it."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
# A system cuts its own shape out of a maskable icon, of which the middle four fifths are safe, and rounds a touch icon.
ICONS = {
    "icon-192": (192, "rx='16'", 64),
    "icon-512": (512, "rx='16'", 64),
    "icon-maskable": (512, "stroke='#0f6a62'", 84),
    "icon-touch": (180, "stroke='#0f6a62'", 72),
}


def main() -> None:
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


if __name__ == "__main__":
    main()
