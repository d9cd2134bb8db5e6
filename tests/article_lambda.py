"""The article's handler, as a function process of its own: what purgeplan is measured against.

For each PUT: GetBranch, GetCommit, GetDifferences between HEAD and its parent, and CreateInvalidation when the file was
modified or deleted. It speaks the Lambda Runtime API as the managed Python runtime does."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3

codecommit = boto3.client("codecommit")
cloudfront = boto3.client("cloudfront")


def handler(event):
    key = urllib.parse.unquote_plus(event["Records"][0]["s3"]["object"]["key"])
    repository = os.environ["repository_name"]
    branch = codecommit.get_branch(repositoryName=repository, branchName=os.environ["branch_name"])
    head = branch["branch"]["commitId"]
    commit = codecommit.get_commit(repositoryName=repository, commitId=head)
    parent = commit["commit"]["parents"][0]
    differences = codecommit.get_differences(
        repositoryName=repository, beforeCommitSpecifier=parent, afterCommitSpecifier=head
    )["differences"]
    for difference in differences:
        if difference["changeType"] in ("M", "D") and difference["beforeBlob"]["path"] == key:
            cloudfront.create_invalidation(
                DistributionId=os.environ["dest_id"],
                InvalidationBatch={
                    "Paths": {"Quantity": 1, "Items": ["/" + key]},
                    "CallerReference": str(time.time()),
                },
            )
    return "done"


api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as response:
        request = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    try:
        path, answer = "/response", handler(event)
    except Exception as error:
        path, answer = "/error", {"errorType": type(error).__name__, "errorMessage": str(error)}
    urllib.request.urlopen(api + request + path, data=json.dumps(answer).encode()).close()
