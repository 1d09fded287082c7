"""When each word ends, as Whisper hears it: model folder and files of raw int16 at 16 kHz -> JSON, for each file [[word, seconds], ...]."""
import json
import sys

import numpy as np
from faster_whisper import WhisperModel

model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2)
ends = []
for file in sys.argv[2:]:
    pcm = np.fromfile(file, dtype=np.int16).astype(np.float32) / 32768
    segments, _ = model.transcribe(pcm, language="en", beam_size=1, word_timestamps=True)
    ends.append([[word.word.strip(), word.end] for segment in segments for word in segment.words])
print(json.dumps(ends))
