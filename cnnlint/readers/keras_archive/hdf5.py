"""The attributes of an HDF5 file's root group: where Keras keeps the configuration of a saved model.

A reader of that much and no more, in Python: a damaged file cannot crash it. Written after the HDF5 file format
specification, version 3.0. Attributes in "dense" storage are not found; Keras never has enough of them for that.
"""

from __future__ import annotations

import struct

SIGNATURE = b"\x89HDF\r\n\x1a\n"

MOST_MESSAGES = 10_000
MOST_BLOCKS = 100
ATTRIBUTE, CONTINUATION = 0x0C, 0x10
STRING, VARIABLE = 3, 9


class Damaged(Exception):
    """The bytes are no HDF5 file, or not a whole one."""


def attributes(data: bytes) -> dict[str, str]:
    """The root group's attributes that are single strings, and the names of all others with an empty one.

    Raises:
        Damaged: there is no root group to be found.
    """
    try:
        return _File(data).attributes()
    except (struct.error, IndexError, OverflowError, UnicodeDecodeError) as error:
        raise Damaged(str(error)) from error


class _File:
    def __init__(self, data: bytes) -> None:
        self.data = data
        start = 0
        while data[start : start + 8] != SIGNATURE:  # a block of the user's own may come before
            start = start * 2 or 512
            if start > len(data):
                raise Damaged("it has no HDF5 signature")
        version = data[start + 8]
        if version < 2:
            self.offset, self.length = data[start + 13], data[start + 14]
            place = start + (24 if version == 0 else 28)
            entry = place + 4 * self.offset  # base, free space, end of file, driver
            self.base = self._number(place, self.offset)
            self.root = self._number(entry + self.offset, self.offset)
        else:
            self.offset, self.length = data[start + 9], data[start + 10]
            self.base = self._number(start + 12, self.offset)
            self.root = self._number(start + 12 + 3 * self.offset, self.offset)

    def _number(self, place: int, size: int) -> int:
        if size not in (2, 4, 8) or place < 0 or place + size > len(self.data):
            raise Damaged("it points to places that it does not have")
        return int.from_bytes(self.data[place : place + size], "little")

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for kind, place, size in self._messages():
            if kind == ATTRIBUTE:
                name, text = self._attribute(self.data[place : place + size])
                found[name] = text
        return found

    def _messages(self) -> list[tuple[int, int, int]]:
        """Type, place and size of every message of the root group's header."""
        place = self.base + self.root
        newer = self.data[place : place + 4] == b"OHDR"
        if newer:
            flags = self.data[place + 5]
            place += 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
            width = 1 << (flags & 3)
            blocks = [(place + width, self._number(place, width) if width > 1 else self.data[place])]
            head = 6 if flags & 4 else 4
        else:
            blocks, head = [(place + 16, self._number(place + 8, 4))], 8
        found: list[tuple[int, int, int]] = []
        for start, total in blocks:
            end = min(start + total, len(self.data))
            place = start
            while place + head <= end and len(found) < MOST_MESSAGES:
                kind = self.data[place] if newer else self._number(place, 2)
                size = self._number(place + (1 if newer else 2), 2)
                place += head
                if kind == CONTINUATION and len(blocks) < MOST_BLOCKS:
                    where = self.base + self._number(place, self.offset)
                    more = self._number(place + self.offset, self.length)
                    blocks.append((where + 4, more - 8) if newer else (where, more))
                found.append((kind, place, size))
                place += size
        return found

    def _attribute(self, message: bytes) -> tuple[str, str]:
        """An attribute's name, and its value if that is one string."""
        version = message[0]
        name_size, type_size, space_size = struct.unpack_from("<HHH", message, 2)
        place = 9 if version == 3 else 8

        def padded(size: int) -> int:
            return size + -size % 8 if version == 1 else size

        name = message[place : place + name_size].partition(b"\0")[0].decode("utf-8")
        place += padded(name_size)
        datatype = message[place : place + type_size]
        place += padded(type_size)
        space = message[place : place + space_size]
        place += padded(space_size)
        kind, size = datatype[0] & 0x0F, struct.unpack_from("<I", datatype, 4)[0]
        if space and space[1] != 0:  # its rank: a list of strings, such as the names of layers
            return name, ""
        if kind == STRING:
            return name, message[place : place + size].rstrip(b"\0 ").decode("utf-8")
        if kind == VARIABLE and datatype[1] & 0x0F == 1:
            return name, self._from_heap(message[place:])
        return name, ""

    def _from_heap(self, reference: bytes) -> str:
        """A string of variable length, which lies in a collection of such."""
        size = struct.unpack_from("<I", reference)[0]
        where = self.base + int.from_bytes(reference[4 : 4 + self.offset], "little")
        wanted = struct.unpack_from("<I", reference, 4 + self.offset)[0]
        if self.data[where : where + 4] != b"GCOL":
            raise Damaged("a text in it is not where it should be")
        end = where + self._number(where + 8, self.length)
        place = where + 8 + self.length
        for _ in range(MOST_MESSAGES):
            if place + 8 + self.length > min(end, len(self.data)):
                break
            index, room = self._number(place, 2), self._number(place + 8, self.length)
            place += 8 + self.length
            if index == wanted:
                return self.data[place : place + min(size, room)].decode("utf-8")
            if index == 0:
                break
            place += room + -room % 8
        raise Damaged("a text in it is missing")
