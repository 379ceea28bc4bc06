/** The part of ONNX's protobuf format that a graph of ours needs. Source: onnx/onnx.proto3, IR version 9. */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `
syntax = "proto3";
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; GraphProto g = 6; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; string domain = 7;
}
message TensorProto { repeated int64 dims = 1 [packed = true]; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message Dimension { int64 dim_value = 1; string dim_param = 2; }
message TensorShapeProto { repeated Dimension dim = 1; }
message TypeTensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { TypeTensor tensor_type = 1; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
`,
  { keepCase: true },
);

const modelType = root.lookupType('ModelProto');

/** ONNX's numbers for element types. */
export const elementType = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export const attributeType = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
  /** What a control-flow node runs. */
  readonly g?: OnnxGraph;
}
export interface OnnxNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly op_type: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly attribute: readonly OnnxAttribute[];
}
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly raw_data: Uint8Array;
}
/** A size, or the name of one that only the run knows. */
export type OnnxDimension = { readonly dim_value: number } | { readonly dim_param: string };
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number;
      readonly shape: { readonly dim: readonly OnnxDimension[] };
    };
  };
}
export interface OnnxGraph {
  readonly name: string;
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  readonly input: readonly OnnxValueInfo[];
  readonly output: readonly OnnxValueInfo[];
}

/** Operators that ONNX Runtime adds to ONNX's. */
const extensions = { domain: 'com.microsoft', version: 1 };

/** `Name` or `domain.Name` as the fields of a node. */
export const operator = (name: string): Pick<OnnxNode, 'op_type' | 'domain'> => ({
  op_type: name.slice(name.lastIndexOf('.') + 1),
  domain: name.slice(0, Math.max(0, name.lastIndexOf('.'))),
});

/** The newest operator set whose every op we use has a WebGPU kernel in ONNX Runtime 1.30. */
const opset = 18;

export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = {
    ir_version: 9,
    producer_name: 'cauchy-studio',
    graph,
    opset_import: [{ domain: '', version: opset }, extensions],
  };
  return modelType.encode(modelType.create(model)).finish();
}
