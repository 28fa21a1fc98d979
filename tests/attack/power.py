"""Power cuts on SQLite: what a process really asked of the disk is recorded, then played again up to some moment.

strace writes down every write, truncation, sync, link and removal. A power cut at one of them leaves what was synced,
and of the rest any part: nothing, everything, or some 512-byte sectors of some writes. Names of files appear, move and
vanish with their folder's sync; without it, the first few changes of the folder may have reached the disk.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,close,pwrite64,write,ftruncate,fsync,fdatasync,unlink,unlinkat,link,linkat,rename,renameat,renameat2"
LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<.*>)?(?: .*)?$")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
SECTOR = 512
TELLER = "/dev/null"


@dataclass(frozen=True)
class Call:
    """One successful call: its name, its descriptor or 0, its texts and whole numbers."""

    name: str
    number: int
    texts: tuple[bytes, ...]
    numbers: tuple[int, ...]
    flags: str


@dataclass
class Content:
    """The bytes of one file: those surely on the disk, and the changes since."""

    synced: bytearray = field(default_factory=bytearray)
    changes: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.synced, self.changes = _applied(self.synced, self.changes), []

    def after_a_cut(self, chance: random.Random) -> bytes:
        how = chance.choice(("nothing", "everything", "some", "sectors"))
        kept: list[tuple[int, bytes | None]] = []
        for place, data in self.changes:
            if how == "sectors" and data is not None:
                kept += [(place + at, part) for at, part in _sectors(data) if chance.random() < 0.5]
            elif how == "everything" or (how != "nothing" and chance.random() < 0.5):
                kept.append((place, data))
        return bytes(_applied(self.synced, kept))


def _sectors(data: bytes) -> Iterator[tuple[int, bytes]]:
    return ((at, data[at : at + SECTOR]) for at in range(0, len(data), SECTOR))


def _applied(content: bytearray, changes: Sequence[tuple[int, bytes | None]]) -> bytearray:
    """A change is some bytes at a place, or None for a truncation to that size."""
    made = bytearray(content)
    for place, data in changes:
        end = place if data is None else place + len(data)
        made.extend(bytes(max(0, end - len(made))))
        if data is None:
            del made[place:]
        else:
            made[place:end] = data
    return made


class Disk:
    """The files of a folder, as a process changes them."""

    def __init__(self, folder: Path, before: Path) -> None:
        self.folder = str(folder)
        self.names = {
            str(folder / path.relative_to(before)): Content(bytearray(path.read_bytes()))
            for path in before.rglob("*")
            if path.is_file()
        }
        self.synced_names = dict(self.names)
        self.moves: dict[str, list[dict[str, Content]]] = {}
        self.open: dict[int, tuple[str, Content | None, int]] = {}
        self.told: list[str] = []

    def play(self, call: Call) -> None:
        getattr(self, f"_{call.name}", self._ignored)(call)

    def _ignored(self, call: Call) -> None:
        pass

    def _openat(self, call: Call) -> None:
        path = call.texts[0].decode()
        content = None
        if self._ours(path) and "O_DIRECTORY" not in call.flags:
            if path not in self.names and "O_CREAT" in call.flags:
                self._named(path, Content())
            content = self.names.get(path)
            if content and "O_TRUNC" in call.flags:
                content.changes.append((0, None))
        self.open[call.number] = (path, content, 0)

    def _ours(self, path: str) -> bool:
        return path.startswith(self.folder) and not path.endswith(("-shm", ".lock", "-queue"))

    def _named(self, path: str, content: Content | None) -> None:
        if content is None:
            self.names.pop(path, None)
        else:
            self.names[path] = content
        self.moves.setdefault(os.path.dirname(path), []).append(
            {name: found for name, found in self.names.items() if os.path.dirname(name) == os.path.dirname(path)}
        )

    def _close(self, call: Call) -> None:
        self.open.pop(call.numbers[0], None)

    def _pwrite64(self, call: Call) -> None:
        self._put(call.numbers[0], call.numbers[-1], call.texts[0])

    def _write(self, call: Call) -> None:
        path, content, place = self.open.get(call.numbers[0], ("", None, 0))
        if path == TELLER:
            self.told.append(call.texts[0].decode())
        if content is not None:
            self._put(call.numbers[0], place, call.texts[0])
            self.open[call.numbers[0]] = (path, content, place + len(call.texts[0]))

    def _put(self, number: int, place: int, data: bytes) -> None:
        content = self.open.get(number, ("", None, 0))[1]
        if content is not None:
            content.changes.append((place, data))

    def _ftruncate(self, call: Call) -> None:
        content = self.open.get(call.numbers[0], ("", None, 0))[1]
        if content is not None:
            content.changes.append((call.numbers[1], None))

    def _fsync(self, call: Call) -> None:
        path, content, _place = self.open.get(call.numbers[0], ("", None, 0))
        if content is not None:
            content.sync()
        elif path in self.moves:
            here = {name: found for name, found in self.synced_names.items() if os.path.dirname(name) != path}
            self.synced_names = here | self.moves.pop(path)[-1]

    _fdatasync = _fsync

    def _unlink(self, call: Call) -> None:
        if call.texts[0].decode() in self.names:
            self._named(call.texts[0].decode(), None)

    def _link(self, call: Call) -> None:
        old, new = (text.decode() for text in call.texts[:2])
        if old in self.names:
            self._named(new, self.names[old])

    def _rename(self, call: Call) -> None:
        self._link(call)
        self._unlink(call)

    _unlinkat, _linkat, _renameat, _renameat2 = _unlink, _link, _rename, _rename

    def after_a_cut(self, chance: random.Random) -> dict[str, bytes]:
        """One of the states that the disk may be in."""
        names = dict(self.synced_names)
        for folder, moves in self.moves.items():
            reached = chance.randint(0, len(moves))
            if reached:
                names = {name: found for name, found in names.items() if os.path.dirname(name) != folder}
                names |= moves[reached - 1]
        return {name: found.after_a_cut(chance) for name, found in names.items()}


# ---------------------------------------------------------------- Recording
def record(command: Sequence[str], trace: Path, environment: dict[str, str]) -> None:
    watched = ["strace", "-f", "--seccomp-bpf", "-e", f"trace={CALLS}", "-xx", "-s", "1000000", "-o", str(trace)]
    done = subprocess.run([*watched, *command], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


def calls(trace: Path) -> Iterator[Call]:
    """The calls that succeeded, in order."""
    with trace.open() as lines:
        for line in lines:
            if (found := LINE.match(line)) and not found[3].startswith("-"):
                yield _call(found[1], found[2], int(found[3]))


def _call(name: str, inside: str, result: int) -> Call:
    texts = tuple(bytes.fromhex(text.replace("\\x", "")) for text in STRING.findall(inside))
    bare = STRING.sub("", inside)
    numbers = tuple(int(part) for part in re.split(r", *", bare) if re.fullmatch(r"-?\d+", part))
    return Call(name, result, texts, numbers, bare)


@dataclass(frozen=True)
class Cut:
    """A disk after a power cut, and what people had been told before it."""

    told: tuple[str, ...]
    files: dict[str, bytes]


def cuts(folder: Path, before: Path, trace: Path, number: int) -> Iterator[Cut]:
    """Power cuts at moments drawn at random among those where the disk changes, once somebody was told something."""
    chance = random.Random(number)
    every = list(calls(trace))
    first = next(place for place, call in enumerate(every) if _tells(call))
    changing = [place for place, call in enumerate(every) if place > first and call.name not in ("openat", "close")]
    wanted = sorted(chance.sample(changing, min(number, len(changing))))
    disk = Disk(folder, before)
    for place, call in enumerate(every):
        disk.play(call)
        if wanted and place == wanted[0]:
            wanted.pop(0)
            yield Cut(tuple(disk.told), disk.after_a_cut(chance))


def _tells(call: Call) -> bool:
    return call.name == "write" and bool(call.texts) and call.texts[0].startswith(b"kept ")


def tell(words: str) -> None:
    """To the recorder, at the very moment when the person is told."""
    descriptor = os.open(TELLER, os.O_WRONLY)
    os.write(descriptor, words.encode())
    os.close(descriptor)


def python(script: Path, *words: object) -> list[str]:
    return [sys.executable, str(script), *map(str, words)]
