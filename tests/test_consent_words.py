"""The words that staff read out are those that are kept."""

import json
from pathlib import Path

from server.customers.consent import CURRENT


def test_staff_read_out_the_very_words_whose_digest_is_kept() -> None:
    held = json.loads((Path(__file__).parents[1] / "pwa/src/customers/consents.json").read_text())
    for purpose in ("service", "marketing"):
        text = CURRENT[purpose]
        assert held[text.version] == {
            language: [text.sentence[language], *text.details[language]]
            for language in ("zh", "en")
        }
