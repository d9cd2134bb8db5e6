"""Asks the loopback CodePipeline through boto3. Argument: what the Rust side has set up, as JSON."""

import json
import sys
from datetime import datetime, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SETUP = json.loads(sys.argv[1])
CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
codepipeline = boto3.client("codepipeline", config=CONFIG)
NOBODY = "00000000-0000-4000-8000-000000000000"


def refused(call, code, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == (code, 400), f"{got}, not {code}: {error}"
        modelled = getattr(codepipeline.exceptions, code)
        assert isinstance(error, modelled) and error.response["Error"]["Message"], error.response
        return
    raise AssertionError(f"{arguments} was not refused: {answer}")


def executions():
    expected = SETUP["executions"]
    call = codepipeline.list_pipeline_executions
    listed = call(pipelineName="site")
    assert "nextToken" not in listed, listed
    listed = listed["pipelineExecutionSummaries"]
    seen = [[one["pipelineExecutionId"], one["status"], one["executionType"]] for one in listed]
    assert seen == [one[:3] for one in expected], seen
    for one, (_, status, kind, commit) in zip(listed, expected):
        assert one["executionMode"] == SETUP["mode"], one
        assert datetime.now(timezone.utc) >= one["lastUpdateTime"] >= one["startTime"], one
        [source] = one["sourceRevisions"] if commit else [None]
        if commit:
            assert source["revisionId"] == commit and source["actionName"] == "Source", one
            assert source["revisionSummary"] == "mess\"age 本" and source["revisionUrl"].startswith("https://"), one
        else:
            assert one["sourceRevisions"] == [], one
        assert ("rollbackMetadata" in one) == (kind == "ROLLBACK"), one
        assert ("stopTrigger" in one) == (status == "Stopped"), one
    pages = codepipeline.get_paginator("list_pipeline_executions")
    paged = list(pages.paginate(pipelineName="site", PaginationConfig={"PageSize": 2}))
    assert len(paged) == (len(expected) + 1) // 2, paged
    assert [one for page in paged for one in page["pipelineExecutionSummaries"]] == listed

    succeeded = call(pipelineName="site", filter={"succeededInStage": {"stageName": "Deploy"}})
    succeeded = [one["status"] for one in succeeded["pipelineExecutionSummaries"]]
    assert succeeded == ["Succeeded"] * SETUP["deployed"], succeeded
    refused(call, "PipelineNotFoundException", pipelineName="other")
    refused(call, "ValidationException", pipelineName="a b")
    refused(call, "ValidationException", pipelineName="site", maxResults=101)
    refused(call, "ValidationException", pipelineName="site", maxResults=0)
    refused(call, "InvalidNextTokenException", pipelineName="site", nextToken="x")


def one_execution():
    call = codepipeline.get_pipeline_execution
    for id, status, kind, commit in SETUP["executions"]:
        one = call(pipelineName="site", pipelineExecutionId=id)["pipelineExecution"]
        assert (one["pipelineName"], one["status"], one["executionType"]) == ("site", status, kind), one
        found = [(revision["name"], revision["revisionId"]) for revision in one["artifactRevisions"]]
        assert found == ([("SourceArtifact", commit)] if commit else []), one
    refused(call, "PipelineExecutionNotFoundException", pipelineName="site", pipelineExecutionId=NOBODY)
    refused(call, "PipelineNotFoundException", pipelineName="other", pipelineExecutionId=NOBODY)
    refused(call, "ValidationException", pipelineName="site", pipelineExecutionId="x")


def actions(execution):
    answer = codepipeline.list_action_executions(pipelineName="site", filter={"pipelineExecutionId": execution})
    return answer["actionExecutionDetails"]


def action_executions():
    call = codepipeline.list_action_executions
    for id, expected in SETUP["actions"].items():
        seen = [[one["stageName"], one["actionName"], one["status"]] for one in actions(id)]
        assert seen == expected, seen
    everything = call(pipelineName="site")["actionExecutionDetails"]
    paged = codepipeline.get_paginator("list_action_executions")
    paged = paged.paginate(pipelineName="site", PaginationConfig={"PageSize": 3})
    assert [one for page in paged for one in page["actionExecutionDetails"]] == everything
    starts = [one["startTime"] for one in everything]
    assert starts == sorted(starts, reverse=True), "newest first"
    [source] = [one for one in everything if one["pipelineExecutionId"] == SETUP["job"][1] and one["actionName"] == "Source"]
    kind = {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"}
    assert source["input"]["actionTypeId"] == kind, source
    assert source["output"]["outputVariables"]["CommitId"] == source["output"]["executionResult"]["externalExecutionId"], source
    latest = {"latestInPipelineExecution": {"pipelineExecutionId": SETUP["job"][1], "startTimeRange": "Latest"}}
    assert call(pipelineName="site", filter=latest)["actionExecutionDetails"] == actions(SETUP["job"][1])
    refused(call, "PipelineExecutionNotFoundException", pipelineName="site", filter={"pipelineExecutionId": NOBODY})
    refused(call, "PipelineNotFoundException", pipelineName="other")
    refused(call, "InvalidNextTokenException", pipelineName="site", nextToken="all " + NOBODY)
    refused(call, "ValidationException", pipelineName="site", maxResults=-1)


def purge(execution):
    return next(one for one in actions(execution) if one["actionName"] == "Purge")


def success():
    job, execution = SETUP["job"]
    call = codepipeline.put_job_success_result
    refused(call, "ValidationException", jobId=job, continuationToken="t" * 2049)
    refused(call, "ValidationException", jobId=job, continuationToken="")
    refused(call, "ValidationException", jobId=job, continuationToken="t", outputVariables={"a": "b"})
    refused(call, "ValidationException", jobId=job, executionDetails={"summary": "s" * 2049})
    refused(call, "ValidationException", jobId=job, executionDetails={"percentComplete": 101})
    refused(call, "ValidationException", jobId=job, outputVariables={"a.b": "c"})
    refused(call, "OutputVariablesSizeExceededException", jobId=job, outputVariables={"a": "c" * 122_880})
    refused(call, "JobNotFoundException", jobId=NOBODY)
    refused(call, "ValidationException", jobId="job")
    refused(call, "ValidationException")
    assert purge(execution)["status"] == "InProgress"
    details = {"summary": "2 paths", "externalExecutionId": "I1", "percentComplete": 100}
    answer = call(jobId=job, executionDetails=details, outputVariables={"Paths": "2"})
    assert set(answer) == {"ResponseMetadata"}, answer
    done = purge(execution)
    result = {"externalExecutionId": "I1", "externalExecutionSummary": "2 paths"}
    assert (done["status"], done["output"]["executionResult"]) == ("Succeeded", result), done
    assert done["output"]["outputVariables"] == {"Paths": "2"} and done["input"]["namespace"] == "PurgeVariables", done
    refused(call, "InvalidJobStateException", jobId=job)
    refused(codepipeline.put_job_failure_result, "InvalidJobStateException", jobId=job, failureDetails={"type": "JobFailed", "message": "m"})
    assert codepipeline.get_pipeline_execution(pipelineName="site", pipelineExecutionId=execution)["pipelineExecution"]["status"] == "Succeeded"


def continuation():
    job, execution = SETUP["continued"]
    details = {"summary": "1 of 2", "percentComplete": 50}
    codepipeline.put_job_success_result(jobId=job, continuationToken="t" * 2048, executionDetails=details)
    running = purge(execution)
    assert running["status"] == "InProgress", running
    assert running["output"]["executionResult"]["externalExecutionSummary"] == "1 of 2", running
    refused(codepipeline.put_job_success_result, "InvalidJobStateException", jobId=job)


def failure():
    job, execution = SETUP["failed"]
    call = codepipeline.put_job_failure_result
    refused(call, "ValidationException", jobId=job)
    refused(call, "ValidationException", jobId=job, failureDetails={"type": "Other", "message": "m"})
    refused(call, "ValidationException", jobId=job, failureDetails={"type": "JobFailed", "message": ""})
    refused(call, "ValidationException", jobId=job, failureDetails={"type": "JobFailed", "message": "m" * 5001})
    refused(call, "JobNotFoundException", jobId=NOBODY, failureDetails={"type": "JobFailed", "message": "m"})
    answer = call(jobId=job, failureDetails={"type": "ConfigurationError", "message": "no such bucket", "externalExecutionId": "x"})
    assert set(answer) == {"ResponseMetadata"}, answer
    failed = purge(execution)
    error = {"code": "ConfigurationError", "message": "no such bucket"}
    assert (failed["status"], failed["output"]["executionResult"]["errorDetails"]) == ("Failed", error), failed
    refused(call, "InvalidJobStateException", jobId=job, failureDetails={"type": "JobFailed", "message": "m"})
    assert codepipeline.get_pipeline_execution(pipelineName="site", pipelineExecutionId=execution)["pipelineExecution"]["status"] == "Failed"


executions()
one_execution()
action_executions()
success()
if "continued" in SETUP:
    continuation()
    failure()
print("all as expected")
