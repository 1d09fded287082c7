"""A caller that is no browser: aiortc by the documented HTTP offer. aiortc-caller.py URL SPEECH.wav HEARD.wav (16 kHz, mono)"""
import asyncio
import fractions
import sys

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack
from av import AudioFrame, AudioResampler
from documented_call import LOUD, RATE, Call, read_wav, said, write_wav

SAMPLES = RATE // 50


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


async def meanwhile(ask, *args):
    """Nothing of the call waits for the answer."""
    return await asyncio.get_running_loop().run_in_executor(None, ask, *args)


async def hear(track, heard, until):
    """Keeps what arrives, until `until` says of its frames' loudness that it was enough."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    loud = []
    while not until(loud):
        for frame in resampler.resample(await track.recv()):
            samples = frame.to_ndarray()[0]
            heard.extend(samples.tobytes())
            loud.append(abs(samples).max() > LOUD)


async def main(url, speech_file, heard_file):
    microphone = Microphone(read_wav(speech_file))
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    arrived = asyncio.get_running_loop().create_future()
    pc.on("track", arrived.set_result)
    pc.addTrack(microphone)
    await pc.setLocalDescription(await pc.createOffer())
    call = await meanwhile(Call, url, pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(sdp=call.answer, type="answer"))

    track = await arrived
    heard = bytearray()
    await hear(track, heard, said)
    write_wav(heard_file, heard)

    microphone.speaking = True
    while not await meanwhile(call.listen):
        # What arrives meanwhile is not kept.
        await hear(track, bytearray(), lambda loud: len(loud) > 5)
    await meanwhile(call.hang_up)
    await pc.close()
    call.report()


asyncio.run(main(*sys.argv[1:]))
