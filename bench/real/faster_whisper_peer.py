"""faster-whisper, asked by the bench: one JSON object a line. {"wavs": [raw int16 files], "at_once": n} -> texts and times."""
import json
import resource
import sys
import threading
import time

import numpy as np
from faster_whisper import WhisperModel

folder, workers, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads, num_workers=workers)


def hear(pcm):
    segments, _ = model.transcribe(pcm, language="en", beam_size=1, without_timestamps=True, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


def core_ms():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (used.ru_utime + used.ru_stime)


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    sounds = [np.fromfile(wav, dtype=np.int16).astype(np.float32) / 32768 for wav in ask["wavs"]]
    answers = [None] * len(sounds)
    began_cores = core_ms()
    began = time.perf_counter()

    def work(at, since=None):
        start = began if since is None else since
        text = hear(sounds[at])
        answers[at] = {"text": text, "ms": 1000 * (time.perf_counter() - start)}

    if ask["at_once"]:
        threads_at_work = [threading.Thread(target=work, args=(at,)) for at in range(len(sounds))]
        for thread in threads_at_work:
            thread.start()
        for thread in threads_at_work:
            thread.join()
    else:
        for at in range(len(sounds)):
            work(at, time.perf_counter())
    memory = int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) * 1024
    print(json.dumps({"heard": answers, "coreMs": core_ms() - began_cores, "bytes": memory}), flush=True)
