"""Kinds of files: what a name says, and where it says nothing, what the first bytes do."""

from __future__ import annotations

import contextlib
import enum
import functools
import re
import zlib
from collections import Counter

from wildvision.archive.items import printable
from wildvision.clips import SUFFIXES, can_read_clips
from wildvision.images import image_format


class Kind(enum.Enum):
    """What a file is taken for by its name."""

    IMAGE = "image"
    """Gets a row, whatever it holds; a clip is one where the extra ``video`` is installed, which reads it."""
    ARCHIVE = "archive"
    """Zip or tar: read where it lies in a folder, reported where it lies in an archive."""
    TABLE = "table"
    """As an archive."""
    PACKED = "packed"
    """Compressed in a way that is not read: it may hold images, so it gets a row that says so."""
    LIST = "list"
    """Names files: read when it is given by name, skipped where it is found."""
    OTHER = "other"
    """Text, sound, video, programs: skipped without being opened."""
    UNKNOWN = "unknown"
    """Its first bytes decide."""


HEAD_BYTES = 512
"""How much of a file is looked at: a tar's first header, and more than the brands of an ISO base media file take."""

TAR_SUFFIXES = (
    ".tar", ".tar.gz", ".tgz", ".taz", ".tar.bz2", ".tbz2", ".tbz", ".tb2", ".tar.xz", ".txz", ".tar.lzma", ".tlz",
    ".tar.zst", ".tzst",
)  # fmt: skip
TABLE_SUFFIXES = (".parquet", ".pq", ".arrow", ".feather")
LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson")

# Formats that are not read are images all the same: their rows say so.
_IMAGES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".pjpeg", ".pjp", ".mpo", ".png", ".apng", ".webp", ".gif",
    ".bmp", ".dib", ".tif", ".tiff", ".heic", ".heif", ".heics", ".heifs", ".hif", ".avif", ".avifs", ".jxl",
    ".jp2", ".j2k", ".jpf", ".jpx", ".jpm", ".jxr", ".wdp", ".hdp", ".psd", ".psb", ".tga", ".pcx", ".ppm", ".pgm",
    ".pbm", ".pnm", ".exr",
)  # fmt: skip
# What cameras write, from ExifTool's list of the formats that it knows.
_RAW_IMAGES = (
    ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw",
    ".3fr", ".fff", ".iiq", ".x3f", ".erf", ".mef", ".mos", ".mrw", ".dcr", ".kdc", ".rwl",
)  # fmt: skip
_PACKED = (".7z", ".rar", ".zipx", ".tar.z", ".tar.lz4", ".tar.lz", ".tar.br")
_COMPRESSED = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".lz4", ".br", ".z")
# What is met beside photos in quantity; anything that is not here is opened, and skipped for its first bytes.
_OTHERS = (
    ".md", ".rst", ".json", ".geojson", ".xml", ".html", ".htm", ".xhtml", ".css", ".js", ".py", ".ipynb", ".yaml",
    ".yml", ".toml", ".ini", ".cfg", ".conf", ".log", ".sh", ".bat", ".ps1", ".sql", ".tex", ".srt", ".vtt", ".pdf",
    ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".rtf", ".epub", ".svg", ".eps",
    ".ai", ".xmp", ".aae", ".lnk", ".url", ".ds_store", ".db", ".sqlite", ".sqlite3",
    ".avi", ".mkv", ".wmv", ".flv", ".mpg", ".mpeg", ".3gp", ".3g2", ".mts", ".m2ts", ".mp3", ".wav",
    ".flac", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".amr", ".wma", ".mid", ".ttf", ".otf", ".woff", ".woff2",
    ".exe", ".dll", ".so", ".dylib", ".jar", ".apk", ".class", ".pyc", ".whl", ".npy", ".npz", ".pt", ".pth",
    ".onnx", ".safetensors", ".h5", ".hdf5", ".pkl", ".pickle", ".mat", ".sha1", ".sha256", ".md5", ".sfv", ".sig",
    ".asc", ".gitignore", ".gitattributes",
)  # fmt: skip
_KINDS = (
    ((".zip", *TAR_SUFFIXES), Kind.ARCHIVE),
    (TABLE_SUFFIXES, Kind.TABLE),
    (LIST_SUFFIXES, Kind.LIST),
    (_PACKED, Kind.PACKED),
    ((*_IMAGES, *_RAW_IMAGES), Kind.IMAGE),
    (_OTHERS, Kind.OTHER),
)

NO_SUFFIX, VARIOUS = "(no suffix)", "(various)"
# Nothing can be learned from names that end in a number or a sentence.
_MOST_SUFFIXES, _LONGEST_SUFFIX = 200, 12


def kind_of(name: str) -> Kind:
    """Return what a file is taken for by its name, in which case and trailing blanks say nothing."""
    plain = _base(name).lower()
    if plain.startswith("._"):  # perhaps what macOS keeps beside a file, under the file's own suffix
        return Kind.UNKNOWN
    if is_clip(plain):
        return Kind.IMAGE if _can_read_clips() else Kind.OTHER
    found = next((kind for suffixes, kind in _KINDS if plain.endswith(suffixes)), Kind.UNKNOWN)
    stem, dot, suffix = plain.rpartition(".")
    if found is not Kind.UNKNOWN or dot + suffix not in _COMPRESSED:
        return found
    return Kind.OTHER if kind_of(stem) in {Kind.OTHER, Kind.LIST} else Kind.PACKED


def is_clip(name: str) -> bool:
    """Return whether a name is that of a short clip as `wildvision.clips` reads them."""
    return _base(name).lower().endswith(SUFFIXES)


_can_read_clips = functools.cache(can_read_clips)  # it looks through folders, and is asked for every name


def is_image(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is an image of a format that is read."""
    found = image_format(head)
    # Two letters are not enough to tell a bitmap from text: the size of its second header is one of a few.
    return found is not None and (found != "BMP" or head[14:18] in _BITMAP_HEADERS)


def kind_of_head(head: bytes) -> Kind:
    """Return what a file whose name says nothing is taken for by its first bytes.

    Of compressed files only gzip is looked into: others give nothing before a whole block is there.
    """
    if is_image(head):
        return Kind.IMAGE
    if is_zip(head) or _begins_tar(head) or _begins_tar(_unzipped(head)):
        return Kind.ARCHIVE
    return Kind.TABLE if head.startswith((b"PAR1", b"ARROW1")) else Kind.OTHER


def is_zip(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is a zip archive, perhaps an empty one."""
    return head.startswith((b"PK\3\4", b"PK\5\6"))


def _begins_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"  # POSIX.1-2017, pax, "ustar Interchange Format"


def _unzipped(head: bytes) -> bytes:
    if not head.startswith(b"\x1f\x8b"):
        return b""
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)
    return b""


# BITMAPCOREHEADER to BITMAPV5HEADER, OS/2 among them: "Bitmap Storage", Windows App Development.
_BITMAP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))


def skip(name: str, skipped: Counter[str]) -> None:
    """Count a file that was left out because it is no image, by its suffix."""
    suffix = suffix_of(name)
    skipped[suffix if suffix in skipped or len(skipped) < _MOST_SUFFIXES else VARIOUS] += 1


def suffix_of(name: str) -> str:
    """Return a name's last suffix in lower case; of AppleDouble files ``"._*"``, for the suffix is another file's.

    >>> suffix_of("a/IMG_1.TXT"), suffix_of("a.b/c"), suffix_of("a/._1.jpg")
    ('.txt', '(no suffix)', '._*')
    """
    plain = _base(name).lower()
    if plain.startswith("._"):
        return "._*"
    _, dot, suffix = plain.rpartition(".")
    if not dot or not suffix:
        return NO_SUFFIX
    return printable(dot + suffix) if _PLAIN.fullmatch(suffix) else VARIOUS


_PLAIN = re.compile(rf"[^\W_][\w~!+-]{{0,{_LONGEST_SUFFIX - 1}}}")


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1].rstrip(" .")
