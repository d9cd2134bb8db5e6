// A resource as its template will have it.
import { CfnResource, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The resource of this type behind a construct of this app; `undefined` for what is imported. */
export function resourceOf({ node }: IConstruct, type: string): CfnResource | undefined {
  const resource = node.defaultChild;
  return resource && CfnResource.isCfnResource(resource) && resource.cfnResourceType === type ? resource : undefined;
}

/** The resource's properties as a stack sees them, with overrides, which the construct's own fields know nothing of. */
export function propertiesOf(resource: CfnResource, stack: Stack): Record<string, unknown> {
  const template = stack.resolve(resource._toCloudFormation()) as {
    Resources?: Record<string, { Properties?: Record<string, unknown> }>;
  };
  return Object.values(template.Resources ?? {})[0]?.Properties ?? {};
}

/** The stack that is deployed: a nested one is a resource of it. */
export function outermost(stack: Stack): Stack {
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}

/** Whether a construct's resource is made in this stack: who names it, then waits for the stack. */
export function isMadeIn(stack: Stack, { node }: IConstruct): boolean {
  const resource = node.defaultChild;
  return resource !== undefined && CfnResource.isCfnResource(resource) && resource.stack === stack;
}
