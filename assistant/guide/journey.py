from dataclasses import dataclass


@dataclass
class Journey:
    dataset_id: str = ""

    @classmethod
    def of(cls, messages):
        return cls()
