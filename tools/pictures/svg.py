"""Writes SVG: numbers, elements, moving transforms. All is rounded here, so that every machine writes alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.pictures.geometry import ORIGIN, Point


def settled(value: float) -> float:
    """Without the last digits, in which the sines of two machines may differ and push a half up or down."""
    return round(value, 6)


def num(value: float) -> str:
    """With one decimal at most, and never "-0"."""
    tenths = round(settled(value) * 10)
    whole, rest = divmod(abs(tenths), 10)
    text = (str(whole) if whole or not rest else "") + (f".{rest}" if rest else "")
    return f"-{text}" if tenths < 0 else text


def pair(point: Point) -> str:
    return f"{num(point.x)} {num(point.y)}"


def tag(name: str, attributes: dict[str, str] | None = None, *children: str) -> str:
    opening = name + "".join(f' {key}="{value}"' for key, value in (attributes or {}).items())
    inside = "".join(children)
    return f"<{opening}>{inside}</{name}>" if inside else f"<{opening}/>"


def steady(angles: Sequence[float]) -> list[float]:
    """The same angles without leaps over the full circle, so that 359 degrees move on to 361 and not to 1."""
    result = [(settled(angles[0]) + 180) % 360 - 180]
    for angle in angles[1:]:
        result.append(result[-1] + (angle - result[-1] + 180) % 360 - 180)
    return result


@dataclass(frozen=True)
class Reel:
    """The moments at which a moving drawing is known. A still has one."""

    moments: tuple[float, ...]
    seconds: float

    def animate(self, name: str, values: Sequence[str], **attributes: str) -> str:
        """Every run of equal values is written as its first and its last."""
        kept = [
            n
            for n, value in enumerate(values)
            if n in (0, len(values) - 1) or not values[n - 1] == value == values[n + 1]
        ]
        times = (f"{self.moments[n] / self.seconds:.3f}".rstrip("0").rstrip(".") for n in kept)
        return tag(
            name,
            {
                **attributes,
                "values": ";".join(values[n] for n in kept),
                "keyTimes": ";".join(time.removeprefix("0") if time != "0" else time for time in times),
                "dur": f"{num(self.seconds)}s",
                "repeatCount": "indefinite",
            },
        )

    def attribute(self, name: str, values: Sequence[str]) -> tuple[dict[str, str], str]:
        """The attribute as it starts, and what animates it: nothing where it keeps still."""
        moving = "" if len(set(values)) == 1 else self.animate("animate", values, attributeName=name)
        return {name: values[0]}, moving

    def _transform(self, before: str, kind: str, values: Sequence[str], unchanged: str, *children: str) -> str:
        if len(set(values)) == 1:
            own = "" if values[0] == unchanged else f"{kind}({values[0]})"
            return group(before + own, *children)
        moving = self.animate("animateTransform", values, attributeName="transform", type=kind, additive="sum")
        return group(before, moving, *children)

    def move(self, points: Sequence[Point], *children: str) -> str:
        return self._transform("", "translate", [pair(point) for point in points], "0 0", *children)

    def turn(self, angles: Sequence[float], *children: str, at: Point = ORIGIN) -> str:
        """Turns about a point `at` which the children take for their origin."""
        before = "" if pair(at) == "0 0" else f"translate({pair(at)})"
        return self._transform(before, "rotate", [num(angle) for angle in steady(angles)], "0", *children)

    def stretch(self, factors: Sequence[tuple[float, float]], *children: str) -> str:
        values = [f"{hundredths(x)} {hundredths(y)}" for x, y in factors]
        return self._transform("", "scale", values, "1 1", *children)


def hundredths(value: float) -> str:
    """For factors, where a tenth is too coarse."""
    return f"{round(settled(value) * 100) / 100:.2f}".rstrip("0").rstrip(".")


def group(transform: str, *children: str) -> str:
    if not transform and len(children) == 1:
        return children[0]
    return tag("g", {"transform": transform} if transform else {}, *children)
