"""The reader of documents: any layout, little memory, and a plain word with the line where a file is broken."""

import json
import tracemalloc
from collections.abc import Iterator

import pytest

from rights.reading import MAX_RECORD, Complaint, Entry, UnreadableError, read, short

LISTS, OTHERS = {"rows", "more"}, {"format", "account"}

TIDY = b"""{
"format": "f",
"rows": [
{"a": 1, "b": "\xc3\xa4"},
{"a": 2}
],
"more": []
}
"""


def entries(content: bytes, size: int = 1000) -> list[tuple[str, int, object]]:
    chunks = (content[at : at + size] for at in range(0, len(content), size))
    return [(entry.section, entry.line, entry.value) for entry in read(chunks, LISTS, OTHERS)]


def complaint(content: bytes) -> Complaint:
    with pytest.raises(UnreadableError) as caught:
        entries(content)
    return caught.value.complaint


def test_each_entry_comes_with_its_section_and_line() -> None:
    assert entries(TIDY) == [("format", 2, "f"), ("rows", 4, {"a": 1, "b": "ä"}), ("rows", 5, {"a": 2})]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_it_does_not_matter_how_the_bytes_arrive(size: int) -> None:
    assert entries(TIDY, size) == entries(TIDY)


@pytest.mark.parametrize(
    "content",
    [
        TIDY.replace(b"\n", b""),
        TIDY.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TIDY,
        json.dumps(json.loads(TIDY), indent=4).encode(),
        json.dumps(dict(reversed(json.loads(TIDY).items()))).encode(),
        b" " * 300_000 + TIDY,
    ],
    ids=["on one line", "line ends of Windows", "byte order mark", "indented", "other way round", "blanks"],
)
def test_it_does_not_matter_how_it_is_laid_out(content: bytes) -> None:
    assert sorted((name, str(value)) for name, _line, value in entries(content)) == [
        ("format", "f"),
        ("rows", "{'a': 1, 'b': 'ä'}"),
        ("rows", "{'a': 2}"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "This is no export of Backpain: it does not begin with {."),
        (b"<html>", 1, "This is no export of Backpain: it does not begin with {."),
        (b"\n[]", 1, "This is no export of Backpain: it does not begin with {."),
        (b"\xff\xfe{\x00", 1, "From here on this is no text in UTF-8."),
        (b'{"format":\n"\xed\xa0\x80"}', 2, "From here on this is no text in UTF-8."),
        (b'{"format":\n"f"', 2, "The file ends here, in the middle. It seems that a part of it is missing."),
        (b'{"format":\n"f', 2, "This is no JSON, or a part of the file is missing."),
        (b'{"format":\n\n}', 3, "This is no JSON, or a part of the file is missing."),
        (b'{"format":\n"f";}', 2, "From here on this is no JSON."),
        (b'{"format": "f"}\n{', 2, "There is more text after the end."),
        (b'{"format": "f",\n"format": "g"}', 2, "“format” comes twice."),
        (b'{"format": "f",\n"photos": []}', 2, "“photos” is no part of an export of Backpain."),
        (b'{\n"rows": {}}', 2, "“rows” has to be a list."),
        (b'{"rows": [\n{"a": 1, "a": 2}]}', 2, "“a” is said twice in one record."),
        (b'{"rows": [\n{"a": NaN}]}', 2, "“NaN” is no number that can be kept."),
        (b'{"rows": [\n{"a": -Infinity}]}', 2, "“-Infinity” is no number that can be kept."),
        (b'{"rows": [\n' + b"9" * 5000 + b"]}", 2, f"“{'9' * 40}…” is no number that can be kept."),
        (b'{"rows": [\n' + b"[" * 20_000, 2, "This is nested too deeply."),
        (b'{"rows": [\n"' + b"x" * MAX_RECORD + b'"]}', 2, "This record is too long: more than 65536 signs."),
        (b'{"rows": [\n"' + b"x" * 500_000, 2, "This is no JSON, or a record is longer than 65536 signs."),
        (b"{1: 2}", 1, "From here on this is no JSON."),
    ],
)
def test_a_broken_file_is_told_where_and_why(content: bytes, line: int, reason: str) -> None:
    assert complaint(content) == Complaint(line, reason)


def test_a_complaint_repeats_a_short_piece_that_a_page_can_show() -> None:
    assert short("<b>\x00\u202e\ud800") == "“<b>\\x00\\u202e\\ud800”"
    assert short("x" * 41) == f"“{'x' * 40}…”"
    assert short([[]]) == "a list"
    assert short({"a": 1}) == "a group of values"
    assert short(None) == "“null”"


def test_a_long_file_takes_no_more_memory_than_a_short_one() -> None:
    record = json.dumps({"words": "\U0001f9b6" * 500}, ensure_ascii=False).encode()

    def chunks() -> Iterator[bytes]:
        yield b'{"rows": ['
        for _n in range(8000):
            yield record + b","
        yield record + b"]}"

    tracemalloc.start()
    assert sum(isinstance(entry, Entry) for entry in read(chunks(), LISTS, OTHERS)) == 8001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 1024**2
