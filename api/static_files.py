"""Our own scripts and styles, and those of libraries: compressed once, as well as can be."""

import gzip
from functools import lru_cache
from pathlib import Path

import brotli
from fastapi import APIRouter, Request, Response

from api.kept_answers import IDENTITY, coding_for
from api.responses import IMMUTABLE, PUBLIC, document_response
from domain.errors import NotFound
from settings import ROOT

STATIC = ROOT / "web" / "static"
# What the element loads where a question has TeX; each name states a version.
VENDORED = STATIC / "vendor"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


@router.get("/static/{name}")
def read_static_file(request: Request, name: str) -> Response:
    """A file of ours, asked for again after a minute."""
    return file_response(request, _named(STATIC, name), PUBLIC)


@router.get("/static/vendor/{name}")
def read_vendored_file(request: Request, name: str) -> Response:
    """A file of a library, which browsers may keep."""
    return file_response(request, _named(VENDORED, name), IMMUTABLE)


def file_response(request: Request, path: Path, cache_control: str) -> Response:
    """A file in the coding that is asked for."""
    coding = coding_for(request.headers.get("accept-encoding", "").encode())
    return document_response(
        request,
        _coded(path, coding),
        cache_control=cache_control,
        media_type=MEDIA_TYPES.get(path.suffix, "text/plain"),
        headers={} if coding == IDENTITY else {"Content-Encoding": coding.decode()},
    )


@lru_cache(maxsize=30)
def content_of(path: Path) -> bytes:
    """What a file held when it was first asked for."""
    return path.read_bytes()


@lru_cache(maxsize=90)
def _coded(path: Path, coding: bytes) -> bytes:
    content = content_of(path)
    if coding == b"br":
        compressed: bytes = brotli.compress(content)
        return compressed
    return gzip.compress(content, mtime=0) if coding == b"gzip" else content


def _named(folder: Path, name: str) -> Path:
    """The file of that name, found among those that are there."""
    found = next((file for file in folder.iterdir() if file.is_file() and file.name == name), None)
    if found is None:
        raise NotFound
    return found
