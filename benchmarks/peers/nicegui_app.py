"""The counter with NiceGUI, at its fastest settings."""

from nicegui import ui

from benchmarks.peers._child import port


@ui.page("/")
def counter() -> None:
    count = 0

    def increment() -> None:
        nonlocal count
        count += 1
        label.set_text(f"Count: {count}")

    label = ui.label("Count: 0")
    ui.button("Increment", on_click=increment)


ui.run(
    host="127.0.0.1",
    port=port(),
    reload=False,
    show=False,
    show_welcome_message=False,
    uvicorn_logging_level="warning",
    access_log=False,
    loop="uvloop",
    http="httptools",
    binding_refresh_interval=None,
)
