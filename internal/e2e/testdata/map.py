"""Puts, through boto3, what stands around the service of account.py into the same account:
rules of every kind, an Auto Scaling group, scaling of the service, an image that was scanned.
Prints what the test needs as JSON."""

import base64
import hashlib
import json
import sys

import boto3

where = dict(endpoint_url=sys.argv[1], region_name="eu-west-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example")
client = lambda name: boto3.client(name, **where)
ecs, elb, ec2, groups, scaling, ecr = map(client, ("ecs", "elbv2", "ec2", "autoscaling", "application-autoscaling", "ecr"))
events, schedules = client("events"), client("scheduler")

balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
api = elb.describe_target_groups(Names=["api"])["TargetGroups"][0]
other = elb.create_target_group(Name="canary", Protocol="HTTP", Port=80, VpcId=api["VpcId"], TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
forward = [dict(Type="forward", ForwardConfig=dict(TargetGroups=[dict(TargetGroupArn=api["TargetGroupArn"], Weight=90), dict(TargetGroupArn=other, Weight=10)],
                                                   TargetGroupStickinessConfig=dict(Enabled=True, DurationSeconds=600)))]
conditions = [
    dict(Field="host-header", HostHeaderConfig=dict(Values=["api.example.com", "*.api.example.com"])),
    dict(Field="path-pattern", PathPatternConfig=dict(Values=["/v1/*"])),
    dict(Field="http-header", HttpHeaderConfig=dict(HttpHeaderName="X-Canary", Values=["on"])),
    dict(Field="http-request-method", HttpRequestMethodConfig=dict(Values=["GET"])),
    dict(Field="query-string", QueryStringConfig=dict(Values=[dict(Key="beta", Value="1")])),
    dict(Field="source-ip", SourceIpConfig=dict(Values=["10.0.0.0/8"])),
]
for i, condition in enumerate(conditions):
    elb.create_rule(ListenerArn=listener, Priority=10 * (i + 1), Conditions=[condition], Actions=forward)
elb.create_rule(ListenerArn=listener, Priority=70, Conditions=conditions[:1], Actions=[dict(Type="redirect", RedirectConfig=dict(
    Protocol="HTTPS", Port="443", Host="#{host}", Path="/#{path}", Query="#{query}", StatusCode="HTTP_301"))])
elb.create_rule(ListenerArn=listener, Priority=80, Conditions=conditions[1:2], Actions=[dict(Type="fixed-response", FixedResponseConfig=dict(StatusCode="503", ContentType="text/plain", MessageBody="later"))])
elb.modify_target_group_attributes(TargetGroupArn=api["TargetGroupArn"], Attributes=[dict(Key="deregistration_delay.timeout_seconds", Value="45")])

image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=[dict(Name="vpc-id", Values=[api["VpcId"]])])["Subnets"]]
data = base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=staging >> /etc/ecs/ecs.config\n").decode()
template = ec2.create_launch_template(LaunchTemplateName="staging-ecs", LaunchTemplateData=dict(ImageId=image, InstanceType="m5.large", UserData=data))["LaunchTemplate"]
groups.create_auto_scaling_group(AutoScalingGroupName="staging-ecs", MinSize=1, MaxSize=4, DesiredCapacity=2, VPCZoneIdentifier=subnets[0],
                                 LaunchTemplate=dict(LaunchTemplateId=template["LaunchTemplateId"], Version="$Latest"), TerminationPolicies=["OldestInstance"])
groups.put_scaling_policy(AutoScalingGroupName="staging-ecs", PolicyName="add", AdjustmentType="ChangeInCapacity", ScalingAdjustment=2)
groups.put_scheduled_update_group_action(AutoScalingGroupName="staging-ecs", ScheduledActionName="night", Recurrence="0 22 * * *", MinSize=0, MaxSize=4, DesiredCapacity=0)

service = dict(ServiceNamespace="ecs", ResourceId="service/staging/api", ScalableDimension="ecs:service:DesiredCount")
scaling.register_scalable_target(MinCapacity=1, MaxCapacity=6, **service)
scaling.put_scaling_policy(PolicyName="steps", PolicyType="StepScaling", StepScalingPolicyConfiguration=dict(
    AdjustmentType="ChangeInCapacity", StepAdjustments=[dict(MetricIntervalLowerBound=0, ScalingAdjustment=2)], Cooldown=60), **service)
scaling.put_scheduled_action(ScheduledActionName="morning", Schedule="cron(0 6 * * ? *)", ScalableTargetAction=dict(MinCapacity=2, MaxCapacity=8), **service)

cluster, role = "arn:aws:ecs:eu-west-1:123456789012:cluster/staging", "arn:aws:iam::123456789012:role/starts"
task = dict(TaskDefinitionArn="arn:aws:ecs:eu-west-1:123456789012:task-definition/api:1", TaskCount=2, LaunchType="EC2")
events.put_rule(Name="nightly", ScheduleExpression="cron(15 2 ? * MON-FRI *)", State="ENABLED")
events.put_targets(Rule="nightly", Targets=[dict(Id="1", Arn=cluster, RoleArn=role, EcsParameters=task)])
events.put_rule(Name="other", ScheduleExpression="rate(1 hour)")
schedules.create_schedule(Name="weekly", ScheduleExpression="cron(0 4 ? * SUN *)", ScheduleExpressionTimezone="Europe/Dublin", FlexibleTimeWindow=dict(Mode="OFF"),
                          Target=dict(Arn=cluster, RoleArn=role, EcsParameters=dict(TaskDefinitionArn="arn:aws:ecs:eu-west-1:123456789012:task-definition/api")))

ecr.create_repository(repositoryName="api")
manifest = json.dumps(dict(schemaVersion=2, mediaType="application/vnd.docker.distribution.manifest.v2+json",
                           config=dict(mediaType="application/vnd.docker.container.image.v1+json", size=7023, digest="sha256:" + hashlib.sha256(b"c").hexdigest()),
                           layers=[dict(mediaType="application/vnd.docker.image.rootfs.diff.tar.gzip", size=32654, digest="sha256:" + hashlib.sha256(b"l").hexdigest())]))
ecr.put_image(repositoryName="api", imageManifest=manifest, imageTag="v1")
ecr.start_image_scan(repositoryName="api", imageId=dict(imageTag="v1"))
print(json.dumps(dict(template=template["LaunchTemplateId"], listener=listener)))
