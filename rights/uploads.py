"""Takes an uploaded file in without ever holding its bytes as they are, in memory or on disk."""

import zlib
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MAX_BYTES = 16 * 1024 * 1024
"""Of a file: twice the export of a hundred thousand completions."""

MAX_PACKED = 8 * 1024 * 1024
"""Bytes of it compressed. Records are a tenth of their size then; whatever is not has nothing to do with them."""


class PackedFile(UploadedFile):
    """A file whose compressed bytes are all that is there."""

    def __init__(self, name: str, packed: bytes, size: int, checksum: str) -> None:
        super().__init__(BytesIO(), name, size=size)
        self.packed, self.checksum = packed, checksum

    @property
    def is_too_large(self) -> bool:
        """Nothing of it was kept then."""
        return not self.packed


class PackingHandler(FileUploadHandler):
    """Compresses the one file of the field `file` as it comes in, and drops all others."""

    _has_one = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != "file" or self._has_one:
            raise SkipFile
        self._has_one = True
        # Quickly: in the seconds that the last tenth would take, other people wait.
        self._packing, self._hash = zlib.compressobj(1), sha256()
        self._parts: list[bytes] = []
        self._room, self._left = MAX_PACKED, MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._left -= len(raw_data)
        if self._fits:
            self._hash.update(raw_data)
            self._add(self._packing.compress(raw_data))

    def _add(self, part: bytes) -> None:
        self._room -= len(part)
        if self._fits:
            self._parts.append(part)
        else:
            self._parts.clear()

    @property
    def _fits(self) -> bool:
        return self._room >= 0 and self._left >= 0

    def file_complete(self, file_size: int) -> PackedFile:
        self._add(self._packing.flush())
        return PackedFile(str(self.file_name), b"".join(self._parts), file_size, self._hash.hexdigest())
