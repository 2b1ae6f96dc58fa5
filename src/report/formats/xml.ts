const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Characters that no XML document may hold, not even written as numbers. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const FOREIGN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu;

/** Text without the characters that XML and HTML do not have: the replacement character stands for them. */
function cleaned(text: string): string {
  return text.replace(FOREIGN, '\ufffd');
}

/** Text as it stands in an element, of XML or of a page. */
export function escaped(text: string): string {
  return cleaned(text).replace(/[&<>"\r]/g, (mark) => ESCAPES[mark]);
}

/** Text as it stands in quotes in an attribute: breaks of lines survive. */
function attributeText(text: string): string {
  return escaped(text).replace(/[\t\n]/g, (mark) => ESCAPES[mark]);
}

/** What is needed of a node of a document. */
export interface XmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<XmlNode>;
}

interface XmlElement extends XmlNode {
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
}

/** Kinds of nodes (DOM). */
const [ELEMENT, TEXT] = [1, 3];

function isElement(node: XmlNode): node is XmlElement {
  return node.nodeType === ELEMENT && 'attributes' in node;
}

/** An element as XML: HTML lets marks stand in attributes that XML does not. */
export function xmlOf(node: XmlNode): string {
  if (node.nodeType === TEXT) return escaped(node.textContent ?? '');
  if (!isElement(node)) return '';
  const name = node.nodeName;
  const attributes = [...node.attributes].map((one) => ` ${one.name}="${attributeText(one.value)}"`).join('');
  const inner = [...node.childNodes].map(xmlOf).join('');
  return inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`;
}
