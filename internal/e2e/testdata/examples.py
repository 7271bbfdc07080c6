"""Prints, as JSON, the keys of botocore's own example answers and those of an account's
answers to the same operations, which botocore parses: {operation: {"example": [paths],
"answer": [paths]}}. Where botocore has no example, the keys are those of the answer's shape. Usage: examples.py ENDPOINT, with the operations that the account
answers on standard input, as {service: [operation]}."""
import glob, json, os, sys, time
import boto3, botocore, botocore.session


def paths(value, at=""):
    """The paths of all keys, those within lists once: tasks[].containers[].name."""
    if isinstance(value, dict):
        out = set()
        for key, inner in value.items():
            if key != "ResponseMetadata":
                path = at + "." + key if at else key
                out |= {path} | paths(inner, path)
        return out
    if isinstance(value, list):
        return set().union(*(paths(inner, at + "[]") for inner in value)) if value else set()
    return set()


def examples(service):
    base = os.path.join(os.path.dirname(botocore.__file__), "data", service)
    found = sorted(glob.glob(base + "/*/examples-1.json"))
    out = {}
    for operation, all_of_it in json.load(open(found[-1]))["examples"].items():
        keys = set().union(*(paths(e["output"]) for e in all_of_it if isinstance(e.get("output"), dict)))
        if keys:
            out[operation] = keys
    return out


# Operations of services that have no examples.
SHAPED = {"cloudtrail": ["LookupEvents"], "cloudwatch": ["DescribeAlarmHistory"]}


def shaped(service):
    """The keys of the answers' shapes, by operation."""
    def keys(shape, at=""):
        if shape.type_name == "list":
            return keys(shape.member, at + "[]")
        members = getattr(shape, "members", {}).items() if shape.type_name == "structure" else ()
        return set().union(*({path} | keys(member, path) for path, member in ((at + "." + k if at else k, m) for k, m in members)))
    model = botocore.session.get_session().get_service_model(service)
    return {name: keys(model.operation_model(name).output_shape) for name in SHAPED[service]}


def answers(endpoint):
    client = lambda name: boto3.client(name, endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="sim", aws_secret_access_key="sim")
    ecs, elb, ecr, scaling = client("ecs"), client("elbv2"), client("ecr"), client("application-autoscaling")
    groups, trail = client("autoscaling"), client("cloudtrail")
    service = lambda name: ecs.describe_services(cluster="prod", services=[name], include=["TAGS"])
    tasks = lambda **by: ecs.list_tasks(cluster="prod", **by)["taskArns"]
    web = service("web")
    group = web["services"][0]["loadBalancers"][0]["targetGroupArn"]
    definition = ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    balancers = elb.describe_load_balancers()
    listeners = elb.describe_listeners(LoadBalancerArn=balancers["LoadBalancers"][0]["LoadBalancerArn"])
    instances = ecs.list_container_instances(cluster="prod")
    register = {k: definition["taskDefinition"][k] for k in ("family", "containerDefinitions", "taskRoleArn", "executionRoleArn", "networkMode") if k in definition["taskDefinition"]}
    target = scaling.describe_scalable_targets(ServiceNamespace="ecs")
    # A minimum above the count is acted on, which makes an activity.
    scaling.register_scalable_target(ServiceNamespace="ecs", ResourceId="service/prod/sessions", ScalableDimension="ecs:service:DesiredCount", MinCapacity=4, MaxCapacity=8)
    for _ in range(100):
        activities = scaling.describe_scaling_activities(ServiceNamespace="ecs")
        if activities["ScalingActivities"] and "EndTime" in activities["ScalingActivities"][0]:
            break
        time.sleep(0.1)
    return {
        "ecs": {
            "DescribeClusters": ecs.describe_clusters(clusters=["prod"], include=["STATISTICS", "TAGS", "SETTINGS"]),
            "DescribeContainerInstances": ecs.describe_container_instances(cluster="prod", containerInstances=instances["containerInstanceArns"], include=["TAGS"]),
            "DescribeServices": web,
            "DescribeTaskDefinition": definition,
            "DescribeTasks": ecs.describe_tasks(cluster="prod", tasks=(tasks(serviceName="web") + tasks(serviceName="api-orders") + tasks(desiredStatus="STOPPED"))[:100], include=["TAGS"]),
            "ListAccountSettings": ecs.list_account_settings(effectiveSettings=True),
            "ListClusters": ecs.list_clusters(),
            "ListContainerInstances": instances,
            "ListServices": ecs.list_services(cluster="prod"),
            "ListTagsForResource": ecs.list_tags_for_resource(resourceArn=web["services"][0]["serviceArn"]),
            "ListTaskDefinitionFamilies": ecs.list_task_definition_families(),
            "ListTaskDefinitions": ecs.list_task_definitions(),
            "ListTasks": ecs.list_tasks(cluster="prod"),
            "RegisterTaskDefinition": ecs.register_task_definition(**register),
            "RunTask": ecs.run_task(cluster="prod", taskDefinition="orders-migrate", startedBy="examples"),
        },
        "ecr": {
            "BatchGetImage": ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "v5.2.3"}]),
            "DescribeRepositories": ecr.describe_repositories(),
            "ListImages": ecr.list_images(repositoryName="web"),
        },
        "elbv2": {
            "DescribeListeners": listeners,
            "DescribeLoadBalancers": balancers,
            "DescribeRules": elb.describe_rules(ListenerArn=listeners["Listeners"][0]["ListenerArn"]),
            "DescribeTags": elb.describe_tags(ResourceArns=[group]),
            "DescribeTargetGroupAttributes": elb.describe_target_group_attributes(TargetGroupArn=group),
            "DescribeTargetGroups": elb.describe_target_groups(),
            "DescribeTargetHealth": elb.describe_target_health(TargetGroupArn=service("legacy")["services"][0]["loadBalancers"][0]["targetGroupArn"]),
        },
        "application-autoscaling": {
            "DescribeScalableTargets": target,
            "DescribeScalingActivities": activities,
            "DescribeScalingPolicies": scaling.describe_scaling_policies(ServiceNamespace="ecs"),
        },
        "autoscaling": {
            "DescribeAutoScalingGroups": groups.describe_auto_scaling_groups(),
            "DescribeAutoScalingInstances": groups.describe_auto_scaling_instances(),
            "DescribeLaunchConfigurations": groups.describe_launch_configurations(),
            "DescribePolicies": groups.describe_policies(),
            "DescribeScalingActivities": groups.describe_scaling_activities(),
            "DescribeScheduledActions": groups.describe_scheduled_actions(),
            "TerminateInstanceInAutoScalingGroup": groups.terminate_instance_in_auto_scaling_group(
                InstanceId=groups.describe_auto_scaling_instances()["AutoScalingInstances"][0]["InstanceId"], ShouldDecrementDesiredCapacity=False),
        },
        "cloudwatch": {"DescribeAlarmHistory": client("cloudwatch").describe_alarm_history(AlarmTypes=["MetricAlarm", "CompositeAlarm"])},
        "cloudtrail": {"LookupEvents": trail.lookup_events(MaxResults=1)},
    }


served, given = json.load(sys.stdin), answers(sys.argv[1])
out = {}
for name in ("ecs", "ecr", "elbv2", "application-autoscaling", "autoscaling", "cloudtrail", "cloudwatch"):
    for operation, keys in (shaped(name) if name in SHAPED else examples(name)).items():
        if operation in served.get(name, []):
            answer = given.get(name, {}).get(operation)
            out[name + " " + operation] = {"example": sorted(keys), "answer": None if answer is None else sorted(paths(answer))}
json.dump(out, sys.stdout)
