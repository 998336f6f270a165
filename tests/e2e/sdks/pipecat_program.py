"""A program that uses Pipecat, with one tool, until the answer was spoken and interrupted: [URL FILE].

Without a URL it goes to the proxy of `rtlog record`, without a file it has no tap of its own.
"""

import asyncio
import os
import sys

from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import Frame, LLMFullResponseEndFrame, LLMRunFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

import rtlog.recordings.taps.pipecat as tap

RESPONSES = 2


class End(FrameProcessor):
    """Ends the pipeline after the second response: the tool's answer."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = 0
        self.worker: PipelineWorker | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, LLMFullResponseEndFrame):
            self.ended += 1
            if self.ended == RESPONSES and self.worker is not None:
                await self.broadcast_interruption()
                await self.worker.stop_when_done()


async def track_order(params: FunctionCallParams) -> None:
    await params.result_callback({"arrives": "today"})


async def main(url: str, path: str | None) -> None:
    base_url = url.partition("?")[0]
    service = OpenAIRealtimeLLMService(api_key="sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7", base_url=base_url)
    service.register_function("track_order", track_order)
    schema = FunctionSchema("track_order", "Say where an order is.", {"number": {"type": "string"}}, ["number"])
    context = LLMContext([{"role": "user", "content": "Where is order 7?"}], ToolsSchema([schema]))
    pair = LLMContextAggregatorPair(context)
    end = End()
    worker = PipelineWorker(Pipeline([pair.user(), service, end, pair.assistant()]), params=PipelineParams())
    end.worker = worker
    if path:
        tap.attach(worker, path)
    await worker.queue_frames([LLMRunFrame()])
    await PipelineRunner(handle_sigint=False).run(worker)


def proxied_url() -> str:
    return os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime"


if __name__ == "__main__":
    url, path = sys.argv[1:] or ["", None]
    asyncio.run(main(url or proxied_url(), path))
