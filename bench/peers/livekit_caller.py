"""A caller in a room of a LiveKit server, by LiveKit's own client, as a microphone and an ear.

It calls --room at the server that LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET name. A line is a JSON object; sound is the
base64 of 16-bit samples, times are ms on the monotonic clock.
In:  {"id", "say": sound at 16 kHz}; the end of its input hangs up.
Out: {"state": "connected"} once the agent's sound is there, {"id", "sent": when each 10 ms of it were sent},
     {"at": when its last sample came in, "heard": sound at 48 kHz}.
"""

import argparse
import asyncio
import base64
import collections
import json
import os
import sys
import time

from livekit import api, rtc

MICROPHONE_RATE = 16_000
EAR_RATE = 48_000
FRAME_SECS = 0.01
FRAME_SAMPLES = MICROPHONE_RATE // 100
FRAME_BYTES = 2 * FRAME_SAMPLES
SILENCE = bytes(FRAME_BYTES)


def tell(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def now():
    return time.monotonic() * 1000


async def microphone(source, sayings):
    """A frame each 10 ms, silence where nothing is to be said. Late ones are made up for."""
    begun = time.monotonic()
    sent = 0
    while True:
        due = begun + sent * FRAME_SECS - time.monotonic()
        if due > 0:
            await asyncio.sleep(due)
        frame = SILENCE
        at = now()
        if sayings:
            saying = sayings[0]
            frame = saying["frames"].popleft()
            saying["sent"].append(at)
            if not saying["frames"]:
                tell(id=saying["id"], sent=saying["sent"])
                sayings.popleft()
        await source.capture_frame(rtc.AudioFrame(frame, MICROPHONE_RATE, 1, FRAME_SAMPLES))
        sent += 1


async def ear(track):
    async for event in rtc.AudioStream(track, sample_rate=EAR_RATE, num_channels=1):
        tell(at=now(), heard=base64.b64encode(event.frame.data).decode())


async def ask(sayings):
    """What is to be said, until whoever started this has gone."""
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asked = json.loads(line)
        pcm = base64.b64decode(asked["say"])
        frames = [pcm[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for at in range(0, len(pcm), FRAME_BYTES)]
        sayings.append({"id": asked["id"], "frames": collections.deque(frames), "sent": []})


async def call(name, group):
    room = rtc.Room()
    tasks = []

    @room.on("track_subscribed")
    def subscribed(track, _publication, _participant):
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            tasks.append(group.create_task(ear(track)))
            tell(state="connected")

    grants = api.VideoGrants(room_join=True, room=name)
    token = api.AccessToken().with_identity("caller").with_grants(grants).to_jwt()
    await room.connect(os.environ["LIVEKIT_URL"], token)
    # Without a queue of its own: what is given is sent at once.
    source = rtc.AudioSource(MICROPHONE_RATE, 1, queue_size_ms=0)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    await room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
    sayings = collections.deque()
    tasks.append(group.create_task(microphone(source, sayings)))
    await ask(sayings)
    for task in tasks:
        task.cancel()
    await room.disconnect()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--room", required=True)
    arguments = parser.parse_args()
    async with asyncio.TaskGroup() as group:
        await call(arguments.room, group)


if __name__ == "__main__":
    asyncio.run(main())
