"""A calendar or a mailbox is read while it arrives. It is never whole: not on disk, not in memory."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.utils import timezone

from reciproque.app.network.traces.reading import TraceFile


class TraceUpload(UploadedFile):
    """What is left of a file that was read: who and when."""

    def __init__(self, trace: TraceFile, name: str) -> None:
        super().__init__(name=name, size=trace.size)
        self.trace = trace


class ReadTrace(FileUploadHandler):
    """Gives each piece to the reader and lets it go."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.trace = TraceFile(timezone.get_default_timezone())
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.trace.feed(raw_data)

    def file_complete(self, file_size: int) -> TraceUpload:
        return TraceUpload(self.trace, self.file_name or "file")
