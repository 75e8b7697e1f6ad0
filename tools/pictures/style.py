"""The style sheet that every moving picture carries, and the gradients from skin into the accent colour."""

from collections.abc import Mapping

from tools.pictures.palette import DARK, LIGHT
from tools.pictures.svg import tag


def variables(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


# The id wins over the scheme of the device: `picture.svg#dark`.
PALETTE = (
    f":root,#light:target{{{variables(LIGHT)}}}"
    f"@media(prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    f"#dark:target{{{variables(DARK)}}}"
)


def gradient(name: str, *stops: tuple[float, str]) -> str:
    inside = (tag("stop", {"offset": f"{at}", "stop-color": f"var(--{colour})"}) for at, colour in stops)
    return tag("linearGradient", {"id": name, "x2": "0", "y2": "1"}, *inside)


GRADIENTS = {
    "fade": gradient("fade", (0.6, "leg"), (0.9, "accent")),
    "fade-far": gradient("fade-far", (0.6, "skin-far"), (0.9, "accent-far")),
    "calf": gradient("calf", (0.1, "leg"), (0.4, "accent")),
    "calf-far": gradient("calf-far", (0.1, "skin-far"), (0.4, "accent-far")),
    "close-fade": gradient("close-fade", (0.45, "leg"), (0.85, "accent")),
}


FILLED = (
    "skin",
    "leg",
    "skin-far",
    "shirt",
    "sleeve",
    "sleeve-far",
    "shorts",
    "shorts-far",
    "hair",
    "accent",
    "accent-far",
    "soft",
    "disc",
)
ROLES = (
    "path{stroke-linecap:round;stroke-linejoin:round}"
    + "".join(f".{name}{{fill:var(--{name})}}" for name in FILLED)
    + ".toe{fill:var(--accent);stroke:var(--toe-line);stroke-width:.9}.nail{fill:var(--crease)}"
    ".finger{stroke:var(--skin);stroke-width:9}.finger-line{stroke:var(--skin-line);stroke-width:11.4}"
    ".finger,.finger-line,.smile,.contour,.line,.joint,.wood,.band,.band-line,.arrow,.halo,.link,.rim,.crease,.pointer,.dotted,.seam{fill:none}"
    ".eye{fill:var(--skin-line)}.smile{stroke:var(--skin-line);stroke-width:1.1}"
    ".contour{stroke:var(--skin-line);stroke-width:.8}"
    ".crease{stroke:var(--toe-line);stroke-width:1.6}.pointer{stroke:var(--crease);stroke-width:3}"
    ".line,.warm,.brick,.joint,.wood,.dotted,.towel,.rim,.link{stroke:var(--wood);stroke-width:1.8}"
    ".brick{fill:var(--cloth)}.warm,.pencil{fill:var(--warm)}.pencil{stroke:var(--wood);stroke-width:1}.wood{stroke-width:5}"
    ".dotted{stroke-dasharray:.1 6;stroke-width:2.4}"
    ".quiet{fill:var(--soft);stroke:var(--wood);stroke-width:1.4}"
    ".rim,.link{stroke-width:1.5}.joint{stroke-width:1;opacity:.55}"
    ".ball{fill:var(--ball);stroke:var(--seam);stroke-width:1.4}.seam{stroke:var(--seam);stroke-width:1.4}"
    ".towel{fill:var(--cloth)}.band{stroke:var(--rubber)}.band-line{stroke:var(--wood)}"
    ".arrow{stroke:var(--ink);stroke-width:3.6}.halo{stroke:var(--disc);stroke-width:7.6}"
    # At rest where the device asks for less motion, and where the address does: `picture.svg#posed`.
    ".posed{display:none}#posed:target{display:inline}#posed:target+.moving{display:none}"
    "@media(prefers-reduced-motion:reduce),print{.moving{display:none}.posed{display:inline}}"
)
