"""Results as files that a visitor can download."""

import secrets
from datetime import datetime, timezone
from pathlib import Path

from gradio.utils import get_upload_folder

from spatial.formats import write_formats
from spatial.records import SpatialPhoto


def write_files(result: SpatialPhoto) -> dict[str, str]:
    """Write every format into a new folder of Gradio's cache, which is swept; return role to path.

    Raises:
        FormatError: the photo is too large for a format.
        OutputError: the cache cannot be written to.
    """
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    paths = write_formats(result, folder, created=datetime.now(timezone.utc))
    return {role: str(path) for role, path in paths.items()}
