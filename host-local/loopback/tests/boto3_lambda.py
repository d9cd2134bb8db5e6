"""Invokes the function through boto3 and checks every answer. A thread plays the function: it polls the Runtime API."""

import json
import os
import threading
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
function = boto3.client("lambda", config=CONFIG)
RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
seen = []
handled = threading.Semaphore(0)


def play():
    """Answers an event with itself, or with the error that it asks for."""
    while True:
        with urllib.request.urlopen(f"{RUNTIME}/next") as work:
            request, event = work.headers["Lambda-Runtime-Aws-Request-Id"], json.load(work)
        seen.append(event)
        error = event.get("error")
        body = {"errorType": "no", "errorMessage": error} if error else {"event": event}
        path = "error" if error else "response"
        urllib.request.urlopen(f"{RUNTIME}/{request}/{path}", data=json.dumps(body).encode()).close()
        handled.release()


def invoke(event, **more):
    payload = event if isinstance(event, bytes) else json.dumps(event).encode()
    answer = function.invoke(**({"FunctionName": "purgeplan", "Payload": payload} | more))
    assert answer["ExecutedVersion"] == "$LATEST", answer
    return answer["StatusCode"], answer.get("FunctionError"), answer["Payload"].read()


def refused(code, status, event, **more):
    try:
        answer = invoke(event, **more)
    except ClientError as error:
        got = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == (code, status), f"{got}, not {(code, status)}: {error}"
        assert error.response["Error"]["Message"], error.response
        return
    raise AssertionError(f"not refused with {code}: {answer}")


threading.Thread(target=play, daemon=True).start()

status, error, payload = invoke({"n": "日本"})
assert (status, error, json.loads(payload)) == (200, None, {"event": {"n": "日本"}}), (status, error, payload)
# A function that failed is no failed call.
status, error, payload = invoke({"error": "broken"}, InvocationType="RequestResponse")
assert (status, error) == (200, "Unhandled"), (status, error)
assert json.loads(payload)["errorMessage"] == "broken", payload
assert invoke({"n": 1}, InvocationType="DryRun") == (204, None, b"")
assert len(seen) == 2, "a dry run runs nothing"
for _ in range(2):
    handled.acquire()

# An asynchronous event is tried three times.
assert invoke({"error": "again"}, InvocationType="Event") == (202, None, b"")
for _ in range(3):
    assert handled.acquire(timeout=20), seen
assert seen[2:] == [{"error": "again"}] * 3, seen

refused("ResourceNotFoundException", 404, {}, FunctionName="other")
refused("InvalidRequestContentException", 400, b"{")
refused("InvalidParameterValueException", 400, {}, InvocationType="Later")
refused("RequestTooLargeException", 413, b'"' + b"x" * (1 << 20) + b'"', InvocationType="Event")
refused("RequestTooLargeException", 413, b'"' + b"x" * (6 << 20) + b'"')
assert len(seen) == 5, seen
print("all as expected")
