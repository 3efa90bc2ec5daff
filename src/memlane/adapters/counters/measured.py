"""How far the estimates are from the tokenizers.

Written by `bench/token_estimate.py --write`, on texts that no weight is fitted to, though they were looked at once
before the last levelling: own ones in 30 languages, of chat, code, JSON and Markdown, and the sources and reference of
CPython 3.11's library. `o200k` and `cl100k` against their own tokenizers; `generic` against those of Qwen, Llama 3 and
Mistral (Tekken). There is none to measure `claude` with.
"""

from typing import Final, NamedTuple


class Measured(NamedTuple):
    """The error of an estimate on one text: estimate over count, less 1; above 0 it is too high.

    Attributes:
        tokens: How many tokens the text has; of several tokenizers, the most.
        mean: The error on the whole text; of several tokenizers, the mean of theirs.
        lowest: That on the paragraph that comes out lowest.
        highest: That on the paragraph that comes out highest.
    """

    tokens: int
    mean: float
    lowest: float
    highest: float


MEASURED: Final[dict[str, dict[str, Measured]]] = {
    "o200k": {
        "arabic": Measured(135, 0.059, -0.075, 0.155),
        "bengali": Measured(109, 0.202, 0.178, 0.219),
        "chat": Measured(147, 0.102, 0.083, 0.167),
        "chinese": Measured(137, 0.117, 0.1, 0.133),
        "code": Measured(401, 0.075, 0.041, 0.096),
        "czech": Measured(175, 0.057, 0.0, 0.114),
        "danish": Measured(142, 0.106, 0.067, 0.127),
        "dutch": Measured(124, 0.161, 0.114, 0.22),
        "english": Measured(138, 0.08, 0.054, 0.098),
        "finnish": Measured(157, 0.153, 0.043, 0.242),
        "french": Measured(140, 0.143, 0.065, 0.203),
        "german": Measured(143, 0.133, 0.088, 0.196),
        "greek": Measured(210, 0.005, -0.053, 0.056),
        "hebrew": Measured(137, 0.095, 0.054, 0.129),
        "hindi": Measured(151, 0.199, 0.07, 0.286),
        "hungarian": Measured(190, 0.063, -0.018, 0.1),
        "indonesian": Measured(140, 0.043, 0.016, 0.073),
        "italian": Measured(150, 0.0, -0.03, 0.025),
        "japanese": Measured(167, 0.09, 0.0, 0.186),
        "json": Measured(439, 0.032, 0.032, 0.032),
        "korean": Measured(162, 0.0, -0.041, 0.023),
        "markdown": Measured(153, 0.02, -0.024, -0.024),
        "persian": Measured(162, 0.148, 0.065, 0.188),
        "polish": Measured(180, 0.139, 0.12, 0.167),
        "portuguese": Measured(126, 0.119, 0.081, 0.156),
        "romanian": Measured(156, 0.083, 0.0, 0.163),
        "russian": Measured(145, 0.076, 0.0, 0.206),
        "spanish": Measured(134, 0.082, 0.056, 0.107),
        "swedish": Measured(151, 0.099, 0.043, 0.14),
        "tamil": Measured(115, 0.217, 0.115, 0.302),
        "thai": Measured(166, 0.024, -0.059, 0.085),
        "turkish": Measured(151, 0.199, 0.16, 0.246),
        "ukrainian": Measured(180, 0.083, 0.021, 0.131),
        "vietnamese": Measured(157, 0.051, -0.022, 0.083),
        "stdlib sources": Measured(132405, 0.043, -0.096, 0.438),
        "stdlib reference": Measured(105898, 0.128, -0.12, 0.876),
    },
    "cl100k": {
        "arabic": Measured(297, 0.057, 0.025, 0.077),
        "bengali": Measured(407, 0.162, 0.133, 0.208),
        "chat": Measured(149, 0.094, 0.083, 0.135),
        "chinese": Measured(207, 0.111, -0.057, 0.169),
        "code": Measured(401, 0.077, 0.052, 0.096),
        "czech": Measured(221, 0.127, 0.083, 0.157),
        "danish": Measured(170, 0.118, 0.041, 0.184),
        "dutch": Measured(158, 0.089, -0.019, 0.175),
        "english": Measured(138, 0.08, 0.054, 0.098),
        "finnish": Measured(203, 0.138, 0.089, 0.196),
        "french": Measured(174, 0.052, -0.051, 0.122),
        "german": Measured(178, 0.118, 0.082, 0.145),
        "greek": Measured(473, 0.044, 0.042, 0.047),
        "hebrew": Measured(337, 0.136, 0.097, 0.161),
        "hindi": Measured(463, 0.11, 0.085, 0.132),
        "hungarian": Measured(217, 0.221, 0.203, 0.232),
        "indonesian": Measured(176, 0.006, -0.04, 0.027),
        "italian": Measured(167, 0.072, 0.04, 0.143),
        "japanese": Measured(226, 0.133, 0.048, 0.192),
        "json": Measured(440, 0.032, 0.032, 0.032),
        "korean": Measured(260, 0.023, 0.0, 0.045),
        "markdown": Measured(153, 0.026, -0.024, -0.024),
        "persian": Measured(328, 0.29, 0.271, 0.316),
        "polish": Measured(204, 0.319, 0.304, 0.333),
        "portuguese": Measured(160, 0.006, -0.041, 0.029),
        "romanian": Measured(194, 0.077, 0.016, 0.13),
        "russian": Measured(240, 0.071, 0.043, 0.093),
        "spanish": Measured(158, 0.07, 0.029, 0.125),
        "swedish": Measured(183, 0.137, 0.101, 0.224),
        "tamil": Measured(489, 0.049, 0.044, 0.052),
        "thai": Measured(370, 0.051, 0.038, 0.06),
        "turkish": Measured(199, 0.216, 0.212, 0.219),
        "ukrainian": Measured(278, 0.165, 0.127, 0.246),
        "vietnamese": Measured(265, 0.106, 0.026, 0.186),
        "stdlib sources": Measured(131565, 0.055, -0.103, 0.424),
        "stdlib reference": Measured(105350, 0.145, -0.12, 0.939),
    },
    "generic": {
        "arabic": Measured(161, 1.26, 0.932, 1.833),
        "bengali": Measured(404, 0.967, 0.187, 2.395),
        "chat": Measured(170, 0.127, 0.023, 0.297),
        "chinese": Measured(149, 0.858, 0.529, 1.469),
        "code": Measured(423, 0.123, 0.044, 0.218),
        "czech": Measured(216, 0.414, 0.136, 0.615),
        "danish": Measured(170, 0.205, 0.082, 0.318),
        "dutch": Measured(158, 0.139, 0.019, 0.289),
        "english": Measured(142, 0.105, 0.053, 0.137),
        "finnish": Measured(202, 0.236, 0.125, 0.38),
        "french": Measured(174, 0.18, -0.017, 0.441),
        "german": Measured(177, 0.238, 0.131, 0.4),
        "greek": Measured(463, 0.983, 0.103, 1.644),
        "hebrew": Measured(337, 1.159, 0.14, 2.117),
        "hindi": Measured(438, 1.165, 0.187, 2.383),
        "hungarian": Measured(217, 0.341, 0.254, 0.537),
        "indonesian": Measured(176, 0.091, 0.0, 0.213),
        "italian": Measured(167, 0.161, 0.08, 0.316),
        "japanese": Measured(163, 0.739, 0.542, 0.984),
        "json": Measured(519, 0.113, 0.042, 0.23),
        "korean": Measured(182, 0.717, 0.421, 1.176),
        "markdown": Measured(162, 0.083, 0.023, 0.098),
        "persian": Measured(268, 1.434, 0.585, 1.955),
        "polish": Measured(203, 0.458, 0.372, 0.573),
        "portuguese": Measured(159, 0.103, 0.021, 0.257),
        "romanian": Measured(194, 0.173, 0.049, 0.348),
        "russian": Measured(177, 0.607, 0.339, 0.769),
        "spanish": Measured(158, 0.148, 0.059, 0.302),
        "swedish": Measured(183, 0.221, 0.139, 0.4),
        "tamil": Measured(489, 0.985, 0.084, 2.714),
        "thai": Measured(219, 0.934, 0.738, 1.132),
        "turkish": Measured(171, 0.52, 0.438, 0.667),
        "ukrainian": Measured(245, 0.719, 0.339, 1.103),
        "vietnamese": Measured(160, 1.003, 0.745, 1.231),
        "stdlib sources": Measured(138974, 0.081, -0.115, 0.5),
        "stdlib reference": Measured(108832, 0.18, -0.16, 1.0),
    },
}
