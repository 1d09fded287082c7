"""A caller that is no browser: aiortc by the documented HTTP offer. aiortc-caller.py URL SPEECH.wav HEARD.wav (16 kHz, mono)"""
import asyncio
import fractions
import json
import sys
import urllib.request
import wave

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack
from av import AudioFrame, AudioResampler

RATE = 16000
SAMPLES = RATE // 50
# Above it a 20 ms frame is no silence.
LOUD = 500


class Microphone(AudioStreamTrack):
    """Silence, until something is said."""

    def __init__(self, speech):
        super().__init__()
        self.speech = speech
        self.speaking = False

    async def recv(self):
        paced = await super().recv()
        piece = b""
        if self.speaking:
            piece, self.speech = self.speech[: SAMPLES * 2], self.speech[SAMPLES * 2 :]
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(piece.ljust(SAMPLES * 2, b"\0"))
        frame.pts = paced.pts * RATE // paced.sample_rate
        frame.sample_rate = RATE
        frame.time_base = fractions.Fraction(1, RATE)
        return frame


async def request(method, url, body=None, content_type=None):
    """Status, headers and body of what is answered."""
    headers = {"Content-Type": content_type} if content_type else {}
    asked = urllib.request.Request(url, data=body, method=method, headers=headers)

    def ask():
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.headers, answer.read().decode()

    return await asyncio.get_running_loop().run_in_executor(None, ask)


async def hear(track, heard, until):
    """Keeps what arrives, until `until` says of its frames' loudness that it was enough."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    loud = []
    while not until(loud):
        for frame in resampler.resample(await track.recv()):
            samples = frame.to_ndarray()[0]
            heard.extend(samples.tobytes())
            loud.append(abs(samples).max() > LOUD)


def said(loud):
    """Half a second of sound, then one of silence."""
    return sum(loud) >= 25 and not any(loud[-50:])


async def main(url, speech_file, heard_file):
    with wave.open(speech_file) as speech:
        microphone = Microphone(speech.readframes(speech.getnframes()))
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    arrived = asyncio.get_running_loop().create_future()
    pc.on("track", arrived.set_result)
    pc.addTrack(microphone)
    await pc.setLocalDescription(await pc.createOffer())
    status, headers, answer = await request("POST", url, pc.localDescription.sdp.encode(), "application/sdp")
    call = url + headers["Location"]
    await pc.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))

    track = await arrived
    heard = bytearray()
    await hear(track, heard, said)
    with wave.open(heard_file, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(heard)

    microphone.speaking = True
    told = []
    while "caption.final" not in [message.get("event", {}).get("type") for message in told]:
        after = told[-1]["seq"] if told else 0
        page = json.loads((await request("GET", f"{call}&after={after}"))[2])
        if page["ended"]:
            break
        told += page["messages"]
        # What arrives meanwhile is not kept.
        await hear(track, bytearray(), lambda loud: len(loud) > 5)
    ended = (await request("DELETE", call))[0]
    await pc.close()
    print(json.dumps({"status": status, "type": headers["Content-Type"], "location": headers["Location"], "told": told, "ended": ended}))


asyncio.run(main(*sys.argv[1:]))
