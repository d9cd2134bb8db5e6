"""Calls every operation through boto3 while each fault happens to it. Arguments: the commit, two jobs."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

HEAD, SUCCESS, FAILURE = sys.argv[1:]
CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=20)
client = {name: boto3.client(name, config=CONFIG) for name in ["codecommit", "cloudfront", "codepipeline", "s3"]}

REPOSITORY = {"repositoryName": "site"}
BATCH = {"Paths": {"Quantity": 1, "Items": ["/"]}, "CallerReference": "1"}
CALLS = [
    ("codecommit", "get_branch", REPOSITORY | {"branchName": "main"}),
    ("codecommit", "get_commit", REPOSITORY | {"commitId": HEAD}),
    ("codecommit", "get_differences", REPOSITORY | {"afterCommitSpecifier": HEAD}),
    ("codecommit", "get_file", REPOSITORY | {"filePath": "a"}),
    ("cloudfront", "create_invalidation", {"DistributionId": "E1", "InvalidationBatch": BATCH}),
    ("cloudfront", "get_invalidation", {"DistributionId": "E1", "Id": "I0000000000001"}),
    ("cloudfront", "list_invalidations", {"DistributionId": "E1"}),
    ("cloudfront", "get_distribution_config", {"Id": "E1"}),
    ("codepipeline", "list_pipeline_executions", {"pipelineName": "site"}),
    ("codepipeline", "list_action_executions", {"pipelineName": "site"}),
    ("codepipeline", "get_pipeline_execution", {"pipelineName": "site", "pipelineExecutionId": None}),
    ("codepipeline", "put_job_success_result", {"jobId": SUCCESS}),
    ("codepipeline", "put_job_failure_result", {"jobId": FAILURE, "failureDetails": {"type": "JobFailed", "message": "m"}}),
    ("s3", "list_objects_v2", {"Bucket": "site-bucket"}),
]
# Throttled, denied, 500, 503: the order in which the Rust side has planned them.
JSON = [("ThrottlingException", 400), ("AccessDeniedException", 400), ("InternalFailure", 500), ("ServiceUnavailable", 503)]
CODES = {
    "codecommit": JSON,
    "codepipeline": JSON,
    "cloudfront": [("Throttling", 400), ("AccessDenied", 403), ("InternalError", 500), ("ServiceUnavailable", 503)],
    "s3": [("SlowDown", 503), ("AccessDenied", 403), ("InternalError", 500), ("ServiceUnavailable", 503)],
}
ids = client["codepipeline"].list_pipeline_executions(pipelineName="site")["pipelineExecutionSummaries"]
CALLS[10][2]["pipelineExecutionId"] = ids[0]["pipelineExecutionId"]

for service, name, arguments in CALLS:
    call = getattr(client[service], name)
    for expected in CODES[service]:
        try:
            raise AssertionError(f"{name}, not {expected}: {call(**arguments)}")
        except ClientError as error:
            got = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            assert got == expected, f"{name}: {got}, not {expected}"
    # A reset, silence that ends in a reset, a lost answer.
    for _ in range(3):
        try:
            raise AssertionError(f"{name} was answered: {call(**arguments)}")
        except BotoCoreError:
            pass
    # Half of an answer: by version boto3 fails, or reads JSON that breaks off as an answer without fields.
    try:
        half = call(**arguments)
        assert service.startswith("code") and set(half) == {"ResponseMetadata"}, f"{name}: half is read as whole: {half}"
    except (BotoCoreError, ResponseParserError):
        pass
    except ClientError as error:
        # Half of a refusal, or what boto3 makes of S3's XML when it breaks off.
        assert name.startswith("put_job") or service == "s3", error
    if not name.startswith("put_job"):
        call(**arguments)
        continue
    try:
        raise AssertionError(f"{name}: the lost answer had no effect: {call(**arguments)}")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidJobStateException", error
print("all as expected")
