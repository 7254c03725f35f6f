"""The least that a Typer program can be which submits a prompt through aiohttp and could take a callback."""

import asyncio

import aiohttp
import aiohttp.web
import typer

app = typer.Typer()


@app.callback()
def main() -> None:
    """Do next to nothing."""


@app.command()
def generate(prompt: str, url: str) -> None:
    """Submit a prompt and print the task's id."""
    print(asyncio.run(_submitted(prompt, url)))


async def _submitted(prompt, url):
    order = {"prompt": prompt, "callBackUrl": f"http://127.0.0.1:1/{aiohttp.web.__name__}"}
    headers = {"Authorization": "Bearer made-up"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/api/v1/lyrics", json=order, headers=headers) as answer,
    ):
        return (await answer.json())["data"]["taskId"]
