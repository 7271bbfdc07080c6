package codify

import (
	"slices"
	"strings"
)

// shapes is what a template may say, by type of resource and of property: CloudFormation's
// own resource schemas, whose names are the API's with capitals of their own. A property
// is a value or a list of values by itself, Name:Shape holds a shape, Name:[Shape] a list
// of them, and Name:{} a map whose keys are the operator's.
const shapes = `
AWS::ECS::TaskDefinition Family NetworkMode RequiresCompatibilities RuntimePlatform:RuntimePlatform Cpu Memory ExecutionRoleArn TaskRoleArn ContainerDefinitions:[ContainerDefinition] Volumes:[Volume] PlacementConstraints:[Placement] ProxyConfiguration:ProxyConfiguration EphemeralStorage:EphemeralStorage EnableFaultInjection InferenceAccelerators:[InferenceAccelerator] IpcMode PidMode Tags:[Tag]
ContainerDefinition Name Image Essential Cpu Memory MemoryReservation EntryPoint Command WorkingDirectory User PortMappings:[PortMapping] Environment:[Variable] EnvironmentFiles:[EnvironmentFile] Secrets:[Secret] RepositoryCredentials:RepositoryCredentials HealthCheck:HealthCheck DependsOn:[ContainerDependency] RestartPolicy:RestartPolicy StartTimeout StopTimeout LogConfiguration:LogConfiguration FirelensConfiguration:Firelens MountPoints:[MountPoint] VolumesFrom:[VolumeFrom] ResourceRequirements:[ResourceRequirement] LinuxParameters:LinuxParameters Ulimits:[Ulimit] SystemControls:[SystemControl] Hostname Links ExtraHosts:[HostEntry] DnsServers DnsSearchDomains DisableNetworking DockerLabels:{} DockerSecurityOptions CredentialSpecs Interactive PseudoTerminal Privileged ReadonlyRootFilesystem VersionConsistency
Variable Name Value
Secret Name ValueFrom
Tag Key Value
PortMapping ContainerPort ContainerPortRange HostPort Protocol Name AppProtocol
EnvironmentFile Type Value
RepositoryCredentials CredentialsParameter
HealthCheck Command Interval Timeout Retries StartPeriod
ContainerDependency ContainerName Condition
RestartPolicy Enabled IgnoredExitCodes RestartAttemptPeriod
LogConfiguration LogDriver Options:{} SecretOptions:[Secret]
Firelens Type Options:{}
MountPoint SourceVolume ContainerPath ReadOnly
VolumeFrom SourceContainer ReadOnly
ResourceRequirement Type Value
LinuxParameters Capabilities:Capabilities Devices:[Device] InitProcessEnabled MaxSwap SharedMemorySize Swappiness Tmpfs:[Tmpfs]
Capabilities Add Drop
Device HostPath ContainerPath Permissions
Tmpfs ContainerPath Size MountOptions
Ulimit Name SoftLimit HardLimit
SystemControl Namespace Value
HostEntry Hostname IpAddress
RuntimePlatform CpuArchitecture OperatingSystemFamily
Volume Name Host:HostVolume ConfiguredAtLaunch DockerVolumeConfiguration:DockerVolume EFSVolumeConfiguration:EFSVolume FSxWindowsFileServerVolumeConfiguration:FSxVolume S3FilesVolumeConfiguration:S3FilesVolume
HostVolume SourcePath
DockerVolume Scope Autoprovision Driver DriverOpts:{} Labels:{}
EFSVolume FilesystemId RootDirectory TransitEncryption TransitEncryptionPort AuthorizationConfig:EFSAuthorization
EFSAuthorization AccessPointId IAM
FSxVolume FileSystemId RootDirectory AuthorizationConfig:FSxAuthorization
FSxAuthorization CredentialsParameter Domain
S3FilesVolume FileSystemArn AccessPointArn RootDirectory TransitEncryptionPort
Placement Type Expression
ProxyConfiguration Type ContainerName ProxyConfigurationProperties:[Variable]
EphemeralStorage SizeInGiB
InferenceAccelerator DeviceName DeviceType

AWS::ECS::Service ServiceName Cluster TaskDefinition SchedulingStrategy DesiredCount LaunchType CapacityProviderStrategy:[ProviderItem] PlatformVersion NetworkConfiguration:Network LoadBalancers:[LoadBalancer] HealthCheckGracePeriodSeconds DeploymentController:Controller DeploymentConfiguration:DeploymentConfiguration AvailabilityZoneRebalancing PlacementConstraints:[Placement] PlacementStrategies:[PlacementStrategy] ServiceRegistries:[Registry] ServiceConnectConfiguration:ServiceConnect VolumeConfigurations:[ServiceVolume] VpcLatticeConfigurations:[Lattice] EnableExecuteCommand EnableECSManagedTags PropagateTags Role Tags:[Tag]
ProviderItem CapacityProvider Base Weight
Network AwsvpcConfiguration:Awsvpc
Awsvpc Subnets SecurityGroups AssignPublicIp
LoadBalancer TargetGroupArn LoadBalancerName ContainerName ContainerPort AdvancedConfiguration:Advanced
Advanced AlternateTargetGroupArn ProductionListenerRule TestListenerRule RoleArn
Controller Type
DeploymentConfiguration Strategy MinimumHealthyPercent MaximumPercent BakeTimeInMinutes CanaryConfiguration:Canary LinearConfiguration:Linear DeploymentCircuitBreaker:Breaker Alarms:DeploymentAlarms LifecycleHooks:[Hook]
Canary CanaryPercent CanaryBakeTimeInMinutes
Linear StepPercent StepBakeTimeInMinutes
Breaker Enable Rollback
DeploymentAlarms AlarmNames Enable Rollback
Hook HookTargetArn RoleArn LifecycleStages HookDetails:{}
PlacementStrategy Type Field
Registry RegistryArn ContainerName ContainerPort Port
ServiceConnect Enabled Namespace Services:[ConnectService] LogConfiguration:LogConfiguration AccessLogConfiguration:ConnectLog
ConnectService PortName DiscoveryName ClientAliases:[ConnectAlias] IngressPortOverride Timeout:ConnectTimeout Tls:ConnectTls
ConnectAlias DnsName Port TestTrafficRules:ConnectTest
ConnectTest Header:ConnectHeader
ConnectHeader Name Value:ConnectValue
ConnectValue Exact
ConnectTimeout IdleTimeoutSeconds PerRequestTimeoutSeconds
ConnectTls IssuerCertificateAuthority:ConnectAuthority KmsKey RoleArn
ConnectAuthority AwsPcaAuthorityArn
ConnectLog Format IncludeQueryParameters
ServiceVolume Name ManagedEBSVolume:EBSVolume
EBSVolume RoleArn SizeInGiB VolumeType Iops Throughput Encrypted KmsKeyId SnapshotId FilesystemType VolumeInitializationRate TagSpecifications:[EBSTags]
EBSTags ResourceType PropagateTags Tags:[Tag]
Lattice PortName RoleArn TargetGroupArn

AWS::ElasticLoadBalancingV2::TargetGroup Name TargetType Protocol ProtocolVersion Port VpcId IpAddressType TargetControlPort HealthCheckEnabled HealthCheckProtocol HealthCheckPort HealthCheckPath HealthCheckIntervalSeconds HealthCheckTimeoutSeconds HealthyThresholdCount UnhealthyThresholdCount Matcher:Matcher TargetGroupAttributes:[Tag] Tags:[Tag]
Matcher HttpCode GrpcCode

AWS::ElasticLoadBalancingV2::ListenerRule ListenerArn Priority Conditions:[Condition] Actions:[Action] Transforms:[Transform]
Condition Field Values RegexValues HostHeaderConfig:Matches HttpHeaderConfig:HeaderMatches HttpRequestMethodConfig:Values PathPatternConfig:Matches QueryStringConfig:Query SourceIpConfig:Values
Matches Values RegexValues
HeaderMatches HttpHeaderName Values RegexValues
Values Values
Query Values:[Tag]
Action Type Order TargetGroupArn ForwardConfig:Forward RedirectConfig:Redirect FixedResponseConfig:Fixed AuthenticateCognitoConfig:Cognito AuthenticateOidcConfig:OIDC JwtValidationConfig:JWT
Forward TargetGroups:[Weighted] TargetGroupStickinessConfig:Sticky
Weighted TargetGroupArn Weight
Sticky Enabled DurationSeconds
Redirect StatusCode Protocol Host Port Path Query
Fixed StatusCode ContentType MessageBody
Cognito UserPoolArn UserPoolClientId UserPoolDomain Scope SessionCookieName SessionTimeout OnUnauthenticatedRequest AuthenticationRequestExtraParams:{}
OIDC Issuer AuthorizationEndpoint TokenEndpoint UserInfoEndpoint ClientId ClientSecret UseExistingClientSecret Scope SessionCookieName SessionTimeout OnUnauthenticatedRequest AuthenticationRequestExtraParams:{}
JWT Issuer JwksEndpoint AdditionalClaims:[Claim]
Claim Name Format Values
Transform Type HostHeaderRewriteConfig:Rewrites UrlRewriteConfig:Rewrites
Rewrites Rewrites:[Rewrite]
Rewrite Regex Replace

AWS::ApplicationAutoScaling::ScalableTarget ServiceNamespace ScalableDimension ResourceId MinCapacity MaxCapacity RoleARN SuspendedState:Suspended ScheduledActions:[Scheduled]
Suspended DynamicScalingInSuspended DynamicScalingOutSuspended ScheduledScalingSuspended
Scheduled ScheduledActionName Schedule Timezone StartTime EndTime ScalableTargetAction:Bounds
Bounds MinCapacity MaxCapacity

AWS::ApplicationAutoScaling::ScalingPolicy PolicyName PolicyType ScalingTargetId TargetTrackingScalingPolicyConfiguration:Tracking StepScalingPolicyConfiguration:Stepping PredictiveScalingPolicyConfiguration:Predictive
Tracking TargetValue PredefinedMetricSpecification:Predefined CustomizedMetricSpecification:Customized ScaleInCooldown ScaleOutCooldown DisableScaleIn
Predefined PredefinedMetricType ResourceLabel
Customized Namespace MetricName Dimensions:[Variable] Statistic Unit Metrics:[MetricQuery]
MetricQuery Id Label Expression MetricStat:Stat ReturnData
Stat Metric:Metric Stat Unit
Metric Namespace MetricName Dimensions:[Variable]
Stepping AdjustmentType StepAdjustments:[Step] Cooldown MetricAggregationType MinAdjustmentMagnitude
Step MetricIntervalLowerBound MetricIntervalUpperBound ScalingAdjustment
Predictive Mode MetricSpecifications:[Prediction] SchedulingBufferTime MaxCapacityBreachBehavior MaxCapacityBuffer
Prediction TargetValue PredefinedMetricPairSpecification:Predefined PredefinedScalingMetricSpecification:Predefined PredefinedLoadMetricSpecification:Predefined CustomizedScalingMetricSpecification:Queries CustomizedLoadMetricSpecification:Queries CustomizedCapacityMetricSpecification:Queries
Queries MetricDataQueries:[MetricQuery]

AWS::CloudWatch::Alarm AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions Namespace MetricName Dimensions:[Variable] Statistic ExtendedStatistic Period Unit Metrics:[AlarmQuery] EvaluationPeriods DatapointsToAlarm Threshold ThresholdMetricId ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile EvaluationInterval EvaluationCriteria:Criteria Tags:[Tag]
AlarmQuery Id Label Expression AccountId MetricStat:AlarmStat Period ReturnData
AlarmStat Metric:Metric Period Stat Unit
Criteria PromQLCriteria:PromQL
PromQL Query PendingPeriod RecoveryPeriod

AWS::CloudWatch::CompositeAlarm AlarmName AlarmDescription AlarmRule ActionsEnabled AlarmActions OKActions InsufficientDataActions ActionsSuppressor ActionsSuppressorWaitPeriod ActionsSuppressorExtensionPeriod Tags:[Tag]
`

// property is one of a shape.
type property struct {
	name  string
	shape string // of what it holds; empty for values
	list  bool   // it holds a list of them
	free  bool   // it is a map whose keys are the operator's
}

// api is what the API calls a property, in any capitals: two have another name there.
func (p property) api() string {
	switch p.name {
	case "ProxyConfigurationProperties":
		return "properties"
	case "PlacementStrategies":
		return "placementStrategy"
	}
	return p.name
}

// book is the table of shapes, read.
type book map[string][]property

func readShapes() book {
	all := book{}
	for line := range strings.Lines(shapes) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var properties []property
		for _, word := range words[1:] {
			name, shape, _ := strings.Cut(word, ":")
			inner := strings.Trim(shape, "[]")
			p := property{name: name, shape: inner, list: inner != shape, free: shape == "{}"}
			if p.free {
				p.shape = ""
			}
			properties = append(properties, p)
		}
		all[words[0]] = properties
	}
	return all
}

// of finds what a member of the API's JSON is called in a shape.
func (b book) of(shape, member string) (property, bool) {
	i := slices.IndexFunc(b[shape], func(p property) bool { return strings.EqualFold(p.api(), member) })
	if i < 0 {
		return property{}, false
	}
	return b[shape][i], true
}
