"""Reads the account behind an endpoint through botocore, operation by operation,
and prints what an independent client understood as JSON. A response that
botocore cannot parse, or a required member that is missing, ends in an error.
"""

import json
import sys

import boto3

where = dict(
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",
)
ecs = boto3.client("ecs", **where)
elb = boto3.client("elbv2", **where)
ecr = boto3.client("ecr", **where)
sts = boto3.client("sts", **where)


def pages(client, operation, key, **args):
    out = []
    for page in client.get_paginator(operation).paginate(**args):
        out += page[key]
    return out


def batches(items, n):
    return [items[i : i + n] for i in range(0, len(items), n)]


identity = sts.get_caller_identity()
assert identity["Account"].isdigit() and identity["Arn"].startswith("arn:aws:")

clusters = ecs.describe_clusters(clusters=pages(ecs, "list_clusters", "clusterArns"))["clusters"]
account = {}
for cluster in clusters:
    arn = cluster["clusterArn"]
    services = []
    for batch in batches(pages(ecs, "list_services", "serviceArns", cluster=arn), 10):
        answer = ecs.describe_services(cluster=arn, services=batch, include=["TAGS"])
        assert not answer["failures"], answer["failures"]
        services += answer["services"]
    seen = {}
    for service in services:
        name = service["serviceName"]
        tasks = []
        for status in ("RUNNING", "STOPPED"):
            arns = pages(
                ecs, "list_tasks", "taskArns", cluster=arn, serviceName=name, desiredStatus=status
            )
            for batch in batches(arns, 100):
                tasks += ecs.describe_tasks(cluster=arn, tasks=batch)["tasks"]
        running = [t["taskArn"] for t in tasks if t["desiredStatus"] == "RUNNING"]
        for batch in batches(running, 100):
            shielded = ecs.get_task_protection(cluster=arn, tasks=batch)
            assert len(shielded["protectedTasks"]) + len(shielded["failures"]) == len(batch)
        for task in tasks:
            assert task["lastStatus"] and task["createdAt"].year > 2000
        revision = ecs.describe_task_definition(
            taskDefinition=service["taskDefinition"], include=["TAGS"]
        )["taskDefinition"]
        assert revision["containerDefinitions"] and revision["registeredAt"]
        family = pages(ecs, "list_task_definitions", "taskDefinitionArns", familyPrefix=revision["family"])
        assert service["taskDefinition"] in family
        deployments = ecs.list_service_deployments(service=service["serviceArn"])["serviceDeployments"]
        arns = [d["serviceDeploymentArn"] for d in deployments][:20]
        if arns:
            described = ecs.describe_service_deployments(serviceDeploymentArns=arns)
            revisions = {d["targetServiceRevision"]["arn"] for d in described["serviceDeployments"]}
            ecs.describe_service_revisions(serviceRevisionArns=sorted(revisions)[:20])
        targets = 0
        for balancer in service["loadBalancers"]:
            group = balancer["targetGroupArn"]
            described = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
            assert described[0]["HealthCheckPath"]
            for health in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
                assert health["TargetHealth"]["State"]
                targets += 1
        for container in revision["containerDefinitions"]:
            image = container["image"]
            if ".dkr.ecr." not in image:
                continue
            repository = image.split("/", 1)[1].split("@")[0].rsplit(":", 1)[0]
            assert ecr.describe_repositories(repositoryNames=[repository])["repositories"]
            for found in pages(ecr, "describe_images", "imageDetails", repositoryName=repository):
                assert found["imageDigest"].startswith("sha256:")
        seen[name] = dict(
            desired=service["desiredCount"],
            deployments=len(service["deployments"]),
            events=len(service["events"]),
            tasks=len(tasks),
            targets=targets,
        )
    instances = pages(ecs, "list_container_instances", "containerInstanceArns", cluster=arn)
    for batch in batches(instances, 100):
        for found in ecs.describe_container_instances(cluster=arn, containerInstances=batch)["containerInstances"]:
            assert found["remainingResources"] and found["ec2InstanceId"].startswith("i-")
    account[cluster["clusterName"]] = dict(services=seen, instances=len(instances))

for balancer in pages(elb, "describe_load_balancers", "LoadBalancers"):
    for listener in pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"]):
        assert elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]

events, scheduler = boto3.client("events", **where), boto3.client("scheduler", **where)
started = []
for rule in pages(events, "list_rules", "Rules"):
    started += [t["EcsParameters"]["TaskDefinitionArn"] for t in events.list_targets_by_rule(Rule=rule["Name"])["Targets"] if "EcsParameters" in t]
for schedule in pages(scheduler, "list_schedules", "Schedules"):
    whole = scheduler.get_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])
    assert whole["Arn"] == schedule["Arn"] and whole["CreationDate"].year > 2000
    started.append(whole["Target"]["EcsParameters"]["TaskDefinitionArn"])
assert len(started) == 4 and all(":task-definition/" in arn for arn in started), started
try:
    scheduler.get_schedule(Name="no-such-schedule")
    raise SystemExit("a schedule that does not exist was read")
except scheduler.exceptions.ResourceNotFoundException:
    pass

try:
    ecs.describe_services(cluster="no-such-cluster", services=["x"])
    raise SystemExit("a cluster that does not exist was described")
except ecs.exceptions.ClusterNotFoundException:
    pass

print(json.dumps(account))
