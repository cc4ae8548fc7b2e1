"""Processes that work for the server, each on one request at a time; one that takes too much is replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradeanalysis.page.worker_process import LENGTHS, message

# Where Linux keeps files in memory.
IN_MEMORY = Path("/dev/shm")
WORKER = (sys.executable, "-P", "-m", "tradeanalysis.page.worker_process")
# One thread each: there are as many processes as cores, and sums of one table gain nothing by more.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Limits:
    """What requests may take: processes, seconds of work, bytes of memory, places to wait, bytes of all bodies.

    ``patience``, ``slow`` and ``start`` are seconds too: to wait for a process, to send a body, to start a process.
    """

    workers: int = 2
    seconds: int = 60
    memory: int = 1_000_000_000
    waiting: int = 64
    patience: int = 60
    held: int = 128_000_000
    slow: int = 60
    start: int = 120


@dataclass(frozen=True)
class Answer:
    """What a process answers: "html" or "file"; or why there is nothing: "time", "memory", "stopped", "fault".

    "busy" where no process was free in time, "gone" where the sender no longer waited for one.
    """

    kind: str
    data: bytes = b""
    name: str = ""
    where: str = ""


class Worker:
    """A process and the way to speak with it."""

    def __init__(self, limits: Limits, command: Sequence[str]) -> None:
        self.limits, self.command = limits, command
        self.process: asyncio.subprocess.Process | None = None
        self.ready, self.last, self.folder = False, "", ""

    async def begin(self) -> None:
        """Start the process; it imports what it needs while nobody waits for it."""
        self.folder = tempfile.mkdtemp(prefix="tradeanalysis", dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
        limits = json.dumps({"seconds": self.limits.seconds, "memory": self.limits.memory})
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            limits,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # what libraries print may quote the file
            env={**os.environ, **ENVIRONMENT, "TMPDIR": self.folder, "TEMP": self.folder, "TMP": self.folder},
        )
        self.ready = False

    async def answer(self, header: dict[str, Any], data: bytes) -> Answer:
        """The answer to a request; the process is ended where it gives none in its time."""
        try:
            if self.process is None:
                await self.begin()
            if not self.ready:
                async with asyncio.timeout(self.limits.start):
                    await self._receive()
                self.ready = True
            async with asyncio.timeout(self.limits.seconds):
                found = await self._exchange(message(header, data))
        except TimeoutError:
            found = Answer("time")
        except (asyncio.IncompleteReadError, ConnectionError):
            found = Answer("stopped")
        except BaseException:  # the server stops, or its task does: the process is amid an answer
            await self.end()
            raise
        if found.kind not in ("html", "file", "fault"):
            await self.end()
        return found

    async def _exchange(self, sent: bytes) -> Answer:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(sent)
        await self.process.stdin.drain()
        return await self._receive()

    async def _receive(self) -> Answer:
        assert self.process is not None
        assert self.process.stdout is not None
        head, data = LENGTHS.unpack(await self.process.stdout.readexactly(LENGTHS.size))
        if head + data > self.limits.held:
            return Answer("memory")
        header = json.loads(await self.process.stdout.readexactly(head))
        return Answer(data=await self.process.stdout.readexactly(data), **header)

    async def end(self) -> None:
        """End the process, and all that it wrote in memory."""
        process, self.process, self.ready, self.last = self.process, None, False, ""
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Pool:
    """Some processes, of which a request takes the one that saw its file last, or else any that is free."""

    def __init__(self, limits: Limits, command: Sequence[str] = WORKER) -> None:
        self.limits = limits
        self.free = [Worker(limits, command) for _ in range(limits.workers)]
        self.all = tuple(self.free)
        self.places = asyncio.Semaphore(limits.workers)

    async def begin(self) -> None:
        """Start all processes."""
        for one in self.all:
            await one.begin()

    async def end(self) -> None:
        """End all processes."""
        for one in self.all:
            await one.end()

    async def answer(
        self, header: dict[str, Any], data: bytes, digest: str, gone: Callable[[], Awaitable[bool]]
    ) -> Answer:
        """The answer of a process, once one is free; what was answered of a file of this digest it may still hold.

        No process works on a question that was given up: whether it was, ``gone`` says once one is free.
        """
        try:
            async with asyncio.timeout(self.limits.patience):
                await self.places.acquire()
        except TimeoutError:
            return Answer("busy")
        try:
            return Answer("gone") if await gone() else await self._worked(header, data, digest)
        finally:
            self.places.release()

    async def _worked(self, header: dict[str, Any], data: bytes, digest: str) -> Answer:
        worker = next((one for one in self.free if one.last == digest), self.free[0])
        self.free.remove(worker)
        try:
            worker.last = digest
            found = await worker.answer(header, data)
            if worker.process is None:
                await worker.begin()
            return found
        finally:
            self.free.append(worker)
