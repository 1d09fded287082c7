"""A voice agent of LiveKit Agents as its own templates set one up, with engines at --engines.

It is sent to each room of the server that LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET name; in a room whose name
begins with "silence", turns end after 300 ms of silence. It prints a line when it can be sent.
"""

import argparse
import asyncio
import logging
import sys

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, inference
from livekit.plugins import openai

SILENCE_SECS = 0.3


def turns(room):
    """Without options: LiveKit's own, which ask the local turn-detector-v1-mini and Silero; both are in livekit-local-inference."""
    if not room.startswith("silence"):
        return {}
    by_silence = {"turn_detection": "vad", "endpointing": {"min_delay": SILENCE_SECS}}
    return {"vad": inference.VAD(min_silence_duration=SILENCE_SECS), "turn_handling": by_silence}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engines", required=True)
    return parser.parse_args()


async def call(context: JobContext):
    """One call, until the caller has gone."""
    served = {"api_key": "none", "base_url": arguments().engines, "model": "fixed"}
    session = AgentSession(
        stt=openai.STT(**served),
        llm=openai.LLM(**served),
        tts=openai.TTS(**served, voice="alloy", response_format="pcm"),
        **turns(context.room.name),
    )
    session.on("close", lambda _event: context.shutdown())
    await session.start(agent=Agent(instructions="You answer callers."), room=context.room)


async def main():
    # By default it takes no calls while the machine is busy.
    server = AgentServer(host="127.0.0.1", port=0, load_fnc=lambda: 0.0, log_level="ERROR")
    server.rtc_session(call)
    server.on("worker_registered", lambda *_: print("ready", flush=True))
    logging.basicConfig(level=logging.ERROR)
    running = asyncio.create_task(server.run())
    # Its end is the end of whoever started it.
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait([running, asyncio.ensure_future(ended)], return_when=asyncio.FIRST_COMPLETED)
    await server.aclose()
    await running


if __name__ == "__main__":
    asyncio.run(main())
