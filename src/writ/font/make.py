"""Makes NotoSerifSC-GBK.otf: the Simplified Chinese face of Noto Serif CJK (NotoSerifCJK-Regular.ttc, version 2.001,
https://github.com/notofonts/noto-cjk, licence beside this file) cut down to the characters of GBK, Latin with accents
and general punctuation, without hints and layout tables.

    python make.py NotoSerifCJK-Regular.ttc NotoSerifSC-GBK.otf      (fonttools 4.68)
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

SIMPLIFIED_CHINESE = 2


def gbk():
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                yield ord(bytes([high, low]).decode("gbk"))
            except (UnicodeDecodeError, TypeError):
                pass


face = TTCollection(sys.argv[1]).fonts[SIMPLIFIED_CHINESE]
options = subset.Options(
    hinting=False, desubroutinize=False, layout_features=[], glyph_names=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14]
)
options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF", "DSIG"]
cut = subset.Subsetter(options)
cut.populate(unicodes={*gbk(), *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x203F)})
cut.subset(face)
face.save(sys.argv[2])
