"""Creates, through boto3, the account that the moto test navigates.

One cluster "staging" with one service "api" behind one target group with one
registered target, and prints what the test needs as JSON.
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
ec2 = boto3.client("ec2", **where)

ecs.create_cluster(clusterName="staging")
ecs.create_cluster(clusterName="empty")
ecs.register_task_definition(
    family="api",
    containerDefinitions=[
        dict(
            name="app",
            image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:v1",
            memory=128,
            portMappings=[dict(containerPort=8080, hostPort=0)],
            environment=[
                dict(name="GREETING", value="hello"),
                dict(name="DB_PASSWORD", value="canary-5ecret"),
            ],
            logConfiguration=dict(
                logDriver="gelf", options={"gelf-address": "udp://127.0.0.1:12201"}
            ),
        )
    ],
    tags=[dict(key="team", value="orders")],
)
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnets = [
    ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.0.%d.0/24" % i, AvailabilityZone="eu-west-1" + zone
    )["Subnet"]["SubnetId"]
    for i, zone in enumerate("ab")
]
balancer = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
group = elb.create_target_group(
    Name="api", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="instance"
)["TargetGroups"][0]["TargetGroupArn"]
elb.create_listener(
    LoadBalancerArn=balancer["LoadBalancerArn"],
    Protocol="HTTP",
    Port=80,
    DefaultActions=[dict(Type="forward", TargetGroupArn=group)],
)
image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
instance = ec2.run_instances(
    ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnets[0]
)["Instances"][0]["InstanceId"]
elb.register_targets(TargetGroupArn=group, Targets=[dict(Id=instance, Port=32768)])
ecs.create_service(
    cluster="staging",
    serviceName="api",
    taskDefinition="api:1",
    desiredCount=1,
    loadBalancers=[
        dict(targetGroupArn=group, containerName="app", containerPort=8080)
    ],
)
print(json.dumps(dict(instance=instance, group=group)))
