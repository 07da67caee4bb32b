"""Categories of Moodle as tags."""


def category_tags(path: str) -> tuple[str, ...]:
    """The names of a category and those it stands in, without Moodle's own roots."""
    names = (name.replace("\0", "/").strip() for name in path.replace("//", "\0").split("/"))
    return tuple(name for name in names if name and name != "top" and not name.startswith("$"))
