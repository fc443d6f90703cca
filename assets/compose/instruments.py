"""The one table of instruments by name, as library.toml uses them."""

from assets.compose import keys, strings, synths
from assets.compose.score import Instrument

INSTRUMENTS: dict[str, Instrument] = {
    "chip lead": synths.chip_lead,
    "chip arp": synths.chip_arp,
    "chip bass": synths.chip_bass,
    "soft saw": synths.soft_saw,
    "super saw": synths.super_saw,
    "saw bass": synths.saw_bass,
    "warm pad": synths.warm_pad,
    "gate pad": synths.gate_pad,
    "piano": keys.piano,
    "felt": keys.felt,
    "bell": keys.bell,
    "electric piano": keys.electric_piano,
    "glass": keys.glass,
    "sung": keys.sung,
    "nylon": strings.nylon,
    "steel": strings.steel,
    "dulcimer": strings.dulcimer,
    "zheng": strings.zheng,
    "bass string": strings.bass_string,
    "guitar": strings.guitar,
    "guitar lead": strings.guitar_lead,
}
