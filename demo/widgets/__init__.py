"""The page's own instruments: gr.HTML components, each a .py, a .js and a .css of the same name."""

from demo.widgets.arena import Arena
from demo.widgets.class_list import ClassList
from demo.widgets.class_picker import ClassPicker
from demo.widgets.figure_table import FigureTable
from demo.widgets.latent_pad import LatentPad
from demo.widgets.loss_curves import LossCurves
from demo.widgets.mask_pad import MaskPad
from demo.widgets.passes import Passes
from demo.widgets.picture_pad import PicturePad
from demo.widgets.pixel_canvas import PixelCanvas
from demo.widgets.pixel_stream import PixelStream
from demo.widgets.plane_pad import PlanePad
from demo.widgets.reading_order import ReadingOrder
from demo.widgets.run_bar import RunBar
from demo.widgets.status import Status
from demo.widgets.tasks import Tasks
from demo.widgets.training_film import TrainingFilm

__all__ = [
    "Arena",
    "ClassList",
    "ClassPicker",
    "FigureTable",
    "LatentPad",
    "LossCurves",
    "MaskPad",
    "Passes",
    "PicturePad",
    "PixelCanvas",
    "PixelStream",
    "PlanePad",
    "ReadingOrder",
    "RunBar",
    "Status",
    "Tasks",
    "TrainingFilm",
]
