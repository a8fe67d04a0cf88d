"""The electronic seal of a certificate: setting it, and judging the seal of any file.

A seal is a PAdES baseline signature of an organisation: a certification signature that allows no
change, in the tagged field that the renderer left open, with the time of a time-stamping
authority. Render, seal, store the bytes once, serve those bytes for ever.

Nothing here loads pyHanko until a file is sealed or judged.
"""

from certificates.sealing.checking import check_seal
from certificates.sealing.judging import SealVerdict
from certificates.sealing.keys import make_development_keys, seal_certificates
from certificates.sealing.sealer import NoSeal, PadesSealer, Sealer, sealer_from
from certificates.sealing.settings import SealProblem, SealSettings

__all__ = [
    "NoSeal",
    "PadesSealer",
    "SealProblem",
    "SealSettings",
    "SealVerdict",
    "Sealer",
    "check_seal",
    "make_development_keys",
    "seal_certificates",
    "sealer_from",
]
