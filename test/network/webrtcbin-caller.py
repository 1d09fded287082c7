"""A caller that is no browser: GStreamer's webrtcbin by the documented HTTP offer. webrtcbin-caller.py URL SPEECH.wav HEARD.wav (16 kHz, mono)"""
import array
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402
from documented_call import LOUD, RATE, Call, read_wav, said, write_wav  # noqa: E402

FRAME_BYTES = RATE // 50 * 2
CAPS = f"audio/x-raw,format=S16LE,rate={RATE},channels=1,layout=interleaved"
PIPELINE = f"""
    webrtcbin name=rtc bundle-policy=max-bundle
    appsrc name=microphone is-live=true do-timestamp=true format=time caps={CAPS}
        ! audioconvert ! audioresample ! audio/x-raw,rate=48000 ! opusenc ! rtpopuspay pt=96 ! rtc.
"""
LOUDSPEAKER = f"rtpopusdepay ! opusdec plc=true ! audioconvert ! audioresample ! {CAPS} ! appsink name=loudspeaker sync=false"


class Microphone(threading.Thread):
    """Silence, until something is said."""

    def __init__(self, source, speech):
        super().__init__(daemon=True)
        self.source = source
        self.speech = speech
        self.speaking = False

    def run(self):
        due = time.monotonic()
        while True:
            piece = b""
            if self.speaking:
                piece, self.speech = self.speech[:FRAME_BYTES], self.speech[FRAME_BYTES:]
            self.source.emit("push-buffer", Gst.Buffer.new_wrapped(piece.ljust(FRAME_BYTES, b"\0")))
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))


def offer_of(rtc):
    """With all its candidates."""
    promise = Gst.Promise.new()
    rtc.emit("create-offer", None, promise)
    promise.wait()
    # It goes with its reply.
    reply = promise.get_reply()
    done = Gst.Promise.new()
    rtc.emit("set-local-description", reply.get_value("offer"), done)
    done.wait()
    while rtc.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        time.sleep(0.02)
    return rtc.get_property("local-description").sdp.as_text()


def accept(rtc, answer):
    _, message = GstSdp.SDPMessage.new_from_text(answer)
    promise = Gst.Promise.new()
    rtc.emit("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message), promise)
    promise.wait()


def hear(loudspeaker, until):
    """What arrives, until `until` says of its frames' loudness that it was enough."""
    heard = bytearray()
    loud = []
    while not until(loud):
        buffer = loudspeaker.emit("pull-sample").get_buffer()
        heard += buffer.extract_dup(0, buffer.get_size())
        whole = len(heard) // FRAME_BYTES
        for frame in range(len(loud), whole):
            samples = array.array("h", bytes(heard[frame * FRAME_BYTES : (frame + 1) * FRAME_BYTES]))
            loud.append(max(map(abs, samples)) > LOUD)
    return heard


def main(url, speech_file, heard_file):
    Gst.init(None)
    pipeline = Gst.parse_launch(PIPELINE)
    rtc = pipeline.get_by_name("rtc")
    asked = threading.Event()
    rtc.connect("on-negotiation-needed", lambda _: asked.set())
    arrived = threading.Event()

    def on_track(_, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        loudspeaker = Gst.parse_bin_from_description(LOUDSPEAKER, True)
        pipeline.add(loudspeaker)
        loudspeaker.sync_state_with_parent()
        pad.link(loudspeaker.get_static_pad("sink"))
        arrived.set()

    rtc.connect("pad-added", on_track)
    microphone = Microphone(pipeline.get_by_name("microphone"), read_wav(speech_file))
    pipeline.set_state(Gst.State.PLAYING)
    microphone.start()
    asked.wait()
    call = Call(url, offer_of(rtc))
    accept(rtc, call.answer)

    arrived.wait()
    loudspeaker = pipeline.get_by_name("loudspeaker")
    write_wav(heard_file, hear(loudspeaker, said))
    microphone.speaking = True
    while not call.listen():
        # What arrives meanwhile is not kept.
        hear(loudspeaker, lambda loud: len(loud) > 5)
    call.hang_up()
    pipeline.set_state(Gst.State.NULL)
    call.report()


main(*sys.argv[1:])
