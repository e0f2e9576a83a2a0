"""A small map whose rhythm can be counted by hand: beats of 500 ms from 1000 on."""

_HEAD = """osu file format v14

[General]
AudioFilename: audio.mp3
Mode: 0

[Difficulty]
CircleSize:4
OverallDifficulty:7
ApproachRate:8
SliderMultiplier:1
SliderTickRate:1

[TimingPoints]
1000,500,4,2,0,60,1,0

[HitObjects]
"""


def _lines() -> str:
    rows = []
    for beat in range(24):
        time = 1000 + 500 * beat
        kind = 5 if beat % 8 == 0 else 1
        sound = 8 if beat % 2 else 0
        if beat % 8 == 6:  # one beat of 100 px a beat
            rows.append(f"100,100,{time},2,0,L|200:100,1,100,8|0,0:0|0:0,0:0:0:0:")
        elif beat % 8 != 7:
            rows.append(f"{100 + 10 * beat},150,{time},{kind},{sound},0:0:0:0:")
    return "\n".join(rows) + "\n"


MAP: bytes = (_HEAD + _lines()).encode("utf-8")
