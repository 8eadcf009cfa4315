from . import functions
from .functions import *
from .value import Value
from .ops import op
from .errors import *
from .recording import no_grad
