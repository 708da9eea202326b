"""What a user can cause and mend, on every surface: told in its own words, never as a traceback."""

from spatial.depth import EstimatorError
from spatial.formats import FormatError, OutputError
from spatial.inpaint import InpainterError
from spatial.photo import PhotoError
from spatial.records import RecordError
from spatial.settings import SettingsError

REFUSALS = (
    PhotoError,
    SettingsError,
    EstimatorError,
    InpainterError,
    FormatError,
    OutputError,
    RecordError,
)
