"""A voice agent of Pipecat as its own templates set one up, with engines at --engines, called over SmallWebRTC.

POST /offer?strategy=default|silence answers an SDP offer. It prints its port when it can be called.
"""

import argparse
import asyncio
import sys

from aiohttp import web
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

# The default of stop_secs is 0.2: Pipecat asks the recogniser then. With 0.1 more a turn ends after 0.3 s of silence.
MORE_SILENCE_SECS = 0.1
calls = set()


def user_params(strategy):
    """Without strategies: Pipecat's own, which ask the local smart-turn v3."""
    if strategy == "default":
        return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    silence = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=MORE_SILENCE_SECS)])
    return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=silence)


async def call(connection, engines, strategy):
    """One call, until the caller has gone."""
    served = {"api_key": "none", "base_url": engines}
    transport = SmallWebRTCTransport(connection, TransportParams(audio_in_enabled=True, audio_out_enabled=True))
    stt = OpenAISTTService(**served, settings=OpenAISTTService.Settings(model="fixed"))
    llm = OpenAILLMService(**served, settings=OpenAILLMService.Settings(model="fixed", system_instruction="You answer callers."))
    tts = OpenAITTSService(**served, settings=OpenAITTSService.Settings(model="fixed", voice="alloy"))
    user, assistant = LLMContextAggregatorPair(LLMContext(), user_params=user_params(strategy))
    pipeline = Pipeline([transport.input(), stt, user, llm, tts, transport.output(), assistant])
    worker = PipelineWorker(pipeline, params=PipelineParams())

    @transport.event_handler("on_client_disconnected")
    async def gone(_transport, _client):
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--engines", required=True)
    engines = arguments.parse_args().engines
    logger.remove()
    logger.add(sys.stderr, level="ERROR")

    async def offer(request):
        body = await request.json()
        connection = SmallWebRTCConnection()
        await connection.initialize(sdp=body["sdp"], type=body["type"])
        task = asyncio.create_task(call(connection, engines, request.query.get("strategy", "default")))
        calls.add(task)
        task.add_done_callback(calls.discard)
        return web.json_response(connection.get_answer())

    app = web.Application()
    app.router.add_post("/offer", offer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    # Its end is the end of whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
